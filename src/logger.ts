import type { FastifyServerOptions } from 'fastify'
import type { Config } from './config.ts'

/** How the application logs: one JSON object a line, without what opens an account or stands in a statement. */
export function loggerFor({ logLevel }: Pick<Config, 'logLevel'>, isTerminal: boolean) {
  return {
    level: isTerminal && logLevel === 'info' ? 'warn' : logLevel,
    redact: ['req.headers.cookie', 'req.headers.authorization', 'res.headers["set-cookie"]'],
    serializers: { req: askedFor, err: failure },
  } satisfies FastifyServerOptions['logger']
}

type Asked = { method?: string; url?: string; host?: string; ip?: string }

// What stands behind these is a key: to a password, an address, an invitation, a calendar, a receipt; or says who holds a
// paper. It does so too where an address comes back to it (`?to=`), encoded or not.
const slash = '/|%(?:25)*2F'
const secretPaths = new RegExp(
  `(${slash})(password|register|invitations|link|email-change|unsubscribe|calendar|receipts|verify)(${slash})[^?&]+`,
  'gi',
)

/** The address without the token of a link, however the link was mangled on its way. */
function askedFor({ method, url = '', host, ip }: Asked) {
  return {
    method,
    url: url.replace(secretPaths, '$1$2$3…'),
    host,
    remoteAddress: ip,
  }
}

type Logged = { type: string; message: string; stack: string; [more: string]: unknown }

/** An error and its causes, without the values of statements: e-mail addresses and hashes are among them. */
function failure(error: Error): Logged {
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  const message = withoutValues(String(error.message))
  return {
    type: error.name,
    message,
    ...(code === undefined ? {} : { code }),
    stack: String(error.stack).replace(error.message, () => message),
    ...(cause instanceof Error ? { cause: failure(cause) } : {}),
  }
}

function withoutValues(message: string): string {
  return message.startsWith('Failed query: ') ? message.split('\nparams: ')[0]! : message
}
