/** What a mail program's attempt failed on. */
type Attempt = { code?: string; responseCode?: number; response?: string; command?: string; message?: string }

export type Refusal = {
  /** Trying again would not help: the server will never take this message for this address. */
  isFinal: boolean
  /** The server's own words, or ours; one line, 500 characters at most. May name the address. */
  words: string
  /** The same without what the server said: for the log. */
  short: string
}

// "Not understood", "sign in first": said of how we speak, not of whom we write to.
const saidOfUs = [500, 502, 503, 504, 530, 534, 535, 538]

/**
 * RFC 5321 section 4.2.1: 5yz is for good, 4yz for now. Only where it is said of the address or of the message: what
 * is said of us (sign-in, sender, relaying, TLS) is for the operator to put right, and the mail waits.
 */
export function refusalOf(error: unknown): Refusal {
  const { code = '', responseCode = 0, response = '', command = '', message = '' } = (error ?? {}) as Attempt
  const isOfMail =
    /^(RCPT|DATA)/.test(command) && !saidOfUs.includes(responseCode) && !/relay/i.test(response)
  return {
    isFinal: (isOfMail && responseCode >= 500) || (code === 'EENVELOPE' && command === 'API'),
    words: oneLine(response || message || code),
    short: [responseCode || code, command].filter(Boolean).join(' '),
  }
}

function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, 500)
}

/** A mail that could not be sent this time. Its message names neither person nor address. */
export class NotSent extends Error {
  override name = 'NotSent'

  /** `error` stays with it where it is a fault of ours; a mail server's words may name the address. */
  static because(error: unknown, short: string): NotSent {
    const isServers = typeof (error as Attempt | undefined)?.command === 'string'
    return new NotSent(
      `The mail was not taken: ${short || 'a fault of ours'}.`,
      isServers ? {} : { cause: error },
    )
  }
}
