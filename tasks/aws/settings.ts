import { z } from 'zod';

/** @param port of the example that a wrong address is answered with */
export function awsEndpoint(port: number): z.ZodType<string | undefined> {
  return z
    .url({ protocol: /^https?$/, error: `expected an address such as http://127.0.0.1:${port}` })
    .optional()
    .transform((text) => text);
}

/** @param what lies in the region, such as `the bucket` */
export function awsRegion(what: string): z.ZodType<string> {
  return z
    .string(`is missing. Name the region of ${what}, such as us-east-1`)
    .regex(/^[a-z0-9-]+$/, 'expected an AWS region, such as us-east-1');
}
