/** The stand-ins, in the order in which they start; a fixed port is the base plus the place in this list. */
export const SERVICE_NAMES = ['vault', 's3', 'redshift', 'dynamodb', 'sns', 'secrets-manager', 'eventbridge'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];
