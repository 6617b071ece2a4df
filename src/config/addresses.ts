import * as z from 'zod';
import { otherwise, quoted } from './fields.js';

const HOST =
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;

/** Whether the text is a host name or a dotted IPv4 address. ActiveMQ writes `tcp://host:port`, so no IPv6. */
export function isHost(text: string): boolean {
  if (!HOST.test(text)) return false;
  if (!/^[\d.]+$/.test(text)) return true;
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

/** Why a text is no host where people would expect that it is, in words that go on a sentence. */
function whyNoHost(value: string): string {
  if (value.includes('_')) {
    return ': Java finds no host in a name with an underscore (java.net.URI), so that brokers would listen nowhere; take another name of the machine, or its address';
  }
  return value.includes(':') ? ': IPv6 is not possible here, and a port has a key of its own' : '';
}

const HOST_WORDS = 'a host name or an IPv4 address';

export const host = z
  .string(otherwise((got) => `expected ${HOST_WORDS}, got ${got}`))
  .refine(isHost, {
    error: ({ input }) => `${quoted(input)} is not ${HOST_WORDS}${whyNoHost(String(input))}`,
  });

export const port = z
  .int(otherwise((got) => `${got} is not a port (a whole number)`))
  .refine((value) => value >= 1 && value <= 65_535, {
    error: (issue) => `${quoted(issue.input)} is not a port (1024 to 65535)`,
    abort: true,
  })
  .refine((value) => value >= 1024, {
    error: (issue) =>
      `port ${quoted(issue.input)} is privileged; choose one from 1024 to 65535, since brokers do not run as root`,
  });
