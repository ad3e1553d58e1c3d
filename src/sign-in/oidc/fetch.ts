import { SingleSignOnRefused } from './refused.ts'

const timeoutMs = 5_000
const mostBytes = 256 * 1024

/** Whether an address is on this machine. */
function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

/**
 * Whether we may call an address that an issuer gives: by https, or by http on this machine where the issuer is on
 * this machine too, so that no document of somebody else's leads us to it. No user and password in it.
 */
export function isCallable(text: unknown, issuer: string): text is string {
  if (typeof text !== 'string' || !URL.canParse(text)) return false
  const url = new URL(text)
  if (url.username || url.password) return false
  if (url.protocol === 'https:') return !isLoopback(url) || isLoopback(new URL(issuer))
  return url.protocol === 'http:' && isLoopback(url) && isLoopback(new URL(issuer))
}

/**
 * Gets JSON from an issuer: within five seconds, at most 256 KB, no redirect followed. Throws
 * SingleSignOnRefused('unreachable') where that fails; what an error answer says is in `body`.
 */
export async function fetchJson(
  url: string,
  init: RequestInit = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  try {
    const response = await fetch(url, {
      ...init,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      headers: { accept: 'application/json', ...init.headers },
    })
    const body: unknown = JSON.parse(await readText(response))
    if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new Error('no object')
    return { status: response.status, body: body as Record<string, unknown> }
  } catch (error) {
    throw new SingleSignOnRefused('unreachable', new URL(url).origin, { cause: error })
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > mostBytes) throw new Error('too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
