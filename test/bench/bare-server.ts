import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import postgres from 'postgres'

/**
 * What the pages are held against: node:http that sends the pages' own rows' queries to the database through
 * postgres.js and then sends the same bytes. Argument: a file with { url, pages: { [path]: { queries, headers, body } } }.
 */
type Page = { queries: { text: string; params: unknown[] }[]; headers: Record<string, string>; body: string }
const { url, pages } = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as {
  url: string
  pages: Record<string, Page>
}
const sql = postgres(url, { max: 10, onnotice: () => {} })

const server = createServer(async (request, response) => {
  const page = pages[request.url ?? '']
  if (!page) return response.writeHead(404).end()
  await Promise.all(
    page.queries.map(({ text, params }) => sql.unsafe(text, params as never[], { prepare: true })),
  )
  response.writeHead(200, page.headers).end(page.body)
})
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as { port: number }).port })
})
process.on('disconnect', () => process.exit(0))
