/** Of a client of the SDK, what this needs. */
interface SdkClient {
  readonly middlewareStack: { readonly remove: (name: string) => boolean };
}

/**
 * Takes the SDK's own log away. Its logger writes nothing unless told to, yet input and output of each call are copied for
 * it, value by value: 3 of the 10 ms that a result of 900 rows takes, 40 of the 550 µs of a small object.
 */
export function quiet<Client extends SdkClient>(client: Client): Client {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}
