import { createHash } from 'node:crypto';

/** What the pages of ActiveMQ 5.16 ask before they delete a message or bring one back (browse.jsp, message.jsp). */
const QUESTIONS = [
  "return confirm('Are you sure you want to delete this message?')",
  "return confirm('Are you sure you want to delete the message?')",
  "return confirm('Are you sure you want to retry this message?')",
];

const hashOf = (script: string) =>
  `'sha256-${createHash('sha256').update(script).digest('base64')}'`;

/**
 * The Content-Security-Policy of the console's pages: scripts of their own files and these questions, and nothing that a
 * message could bring along (CVE-2026-52760, CVE-2026-41043). The pages' other inline scripts do not run: copying and
 * moving a message, and the chart of queues.
 */
export const CONSOLE_POLICY = [
  "default-src 'self'",
  `script-src 'self' 'unsafe-hashes' ${QUESTIONS.map(hashOf).join(' ')}`,
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'self'",
].join('; ');
