import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, test } from 'vitest'
import { type TestApp, testApp } from '../helpers/app.ts'
import { formOf, type Visitor } from '../helpers/visitor.ts'
import { workplace } from '../helpers/workplace.ts'
const base = '/c/100234'
let site: TestApp
let luc: Visitor
let both: Visitor
let work: ReturnType<typeof workplace>
beforeAll(async () => {
  site = await testApp()
  luc = await site.signIn('licensing@demo.example')
  both = await site.signIn('both@demo.example')
  work = workplace(site)
})
afterAll(() => site.close())
const log = (...a: unknown[]) => console.log('PROBE', ...a)
const own = () => site.db.owner.sql
async function inv(tag: string) {
  const [a] = await own()`select count(*)::int n from entitlements where placed > owned`
  const [b] = await own()`select count(*)::int n from placements p join hosts h on h.id = p.host_id where h.status <> 'active' and p.quantity > 0`
  const [c] = await own()`select count(*)::int n from (select entitlement_id, host_id, sum(q) q from (select entitlement_id, to_host_id host_id, quantity q from transfers where to_host_id is not null union all select entitlement_id, from_host_id, -quantity from transfers where from_host_id is not null) x group by 1,2) t full join placements p using (entitlement_id, host_id) where coalesce(t.q,0) <> coalesce(p.quantity,0)`
  log('invariants', tag, a!.n, b!.n, c!.n)
}
test('races on one host', async () => {
  const [token] = [formOf(await luc.get(`${base}/plans`), '/language')]
  for (let round = 0; round < 4; round++) {
    const e = await work.own({ quantity: 20 })
    const f = await work.own({ quantity: 20 })
    const h = await work.host(`RACE-${round}`)
    const k = await work.host(`RACE-K-${round}`)
    const first = await work.place(e.id, h.id, 5)
    await own()`update customers set requires_approval = true where customer_number = '100234'`
    const held = await work.place(f.id, h.id, 4)
    await own()`update customers set requires_approval = false where customer_number = '100234'`
    const drafts = await Promise.all([
      work.plans.draft([{ entitlementId: e.id, from: h.id, quantity: 5 }], 'return'),
      work.plans.draft([{ entitlementId: e.id, from: h.id, to: k.id, quantity: 5 }], 'move'),
      work.plans.draft([{ entitlementId: f.id, to: h.id, quantity: 3 }]),
    ])
    const u = `${base}/requests/${first.requestNumber}`
    const und = await luc.submitAndFollow(await luc.get(u), {}, `${u}/undo`)
    const v = formOf(und, `${und.url}/submission`).values
    const w = formOf(await both.get(`${base}/requests/${held.requestNumber}`), `${base}/requests/${held.requestNumber}/approval`).values
    const p = (b: Visitor, vals: Record<string, string>, url: string, more = {}) => b.post(url, { ...vals, _key: randomUUID(), ...more })
    const hr = `${base}/requests/${held.requestNumber}`
    const rs = await Promise.all([
      p(both, w as never, `${hr}/approval`), p(both, w as never, `${hr}/refusal`, { words: 'no' }), p(luc, v as never, `${hr}/cancellation`),
      p(luc, v as never, `${und.url}/submission`), p(luc, v as never, `${base}/hosts/${h.id}/decommission`),
      ...drafts.map((d) => p(luc, v as never, `${base}/plans/${d}/submission`)),
      p(luc, v as never, `${base}/hosts/${k.id}/decommission`),
      p(luc, v as never, `${base}/packs`, { host: h.id }),
    ])
    log('race', rs.map((r) => r.status).join())
    const [q] = await own()`select status, colleague_since, desk_since from requests where number = ${held.requestNumber}`
    log(JSON.stringify(q))
    await inv(String(round))
  }
  void token
}, 60000)
test('hostile posts', async () => {
  const e = await work.own({ quantity: 20 })
  const h = await work.host('HOSTILE')
  const rq = await work.place(e.id, h.id, 5)
  const mv = await work.plans.draft([], 'move'); const cf = await work.plans.draft([], 'configure'); const rt = await work.plans.draft([], 'return'); const rp = await work.plans.draft([], 'replace'); const tp = await work.plans.draft([], 'temporary')
  const k = await work.host('HOSTILE-K')
  const v = formOf(await luc.get(`${base}/plans/${mv}`), `${base}/plans/${mv}/discard`).values as Record<string, string>
  const fields = ['quantity', `quantity-${e.id}`, 'label', 'kind', 'id1', 'server1', 'port', 'country', 'city', 'cause', 'declaration', 'note', 'caretaker', 'text', 'words', 'to', 'host', 'issue', 'name', 'email', 'phone', 'contact', 'mark', 'tool', 'from', 'product', 'after', 'output', 'file', 'how', 'all', 'selected', 'chosen', 'mail', 'goOn', 'fill', 'addressLine1', 'q', 'adds', 'wanted', 'approval']
  const urls = ['/plans', `/plans/${mv}/from/${h.id}/to/${k.id}`, `/plans/${mv}/from/${h.id}/new-host`, `/plans/${rt}/from/${h.id}/pool`, `/plans/${rp}/from/${h.id}/reason`, `/plans/${rp}/from/${h.id}/successor`, `/plans/${tp}/product/${e.product.id}/host/${h.id}`, `/plans/${tp}/product/${e.product.id}/new-host`, `/plans/${cf}/entitlement/${e.id}/host/${h.id}`, `/plans/${cf}/entitlement/${e.id}/new-host`, `/plans/${cf}/name`, `/plans/${cf}/handing`, `/configure/new-host`, `/hosts/${h.id}/notes`, `/hosts/${h.id}/caretaker`, `/addresses/company`, `/addresses/hosts/${h.id}`, '/packs', `/packs/${h.id}/retrieval`, '/bulk', '/hosts/clinic', '/license-file', `/requests/${rq.requestNumber}/receipts`, `/requests/${rq.requestNumber}/receipts/${randomUUID()}/revocation`, `/requests/${rq.requestNumber}/packs/mail`, `/requests/${rq.requestNumber}/again`, `/requests/${rq.requestNumber}/refusal`, `/requests/${rq.requestNumber}/messages`, `/plans/${cf}/lines/${randomUUID()}/removal`, `/addresses/${rq.requestNumber}/packs`]
  const values: (string | string[])[] = ['', '\u0000', 'a\u0000b\u0001\u001b', '\u202eabc', '<script>alert(1)</script>', '1e9', '-1', '99999999999999999999', ['1', '2'], '=1+1', '../../x', '0000-00-00', 'x'.repeat(100000), '2147483647', '\ud800', "' or 1=1 --", '{}', 'constructor', randomUUID(), h.id, 'stolen', 'AAAA-']
  const bad: string[] = []
  const st: Record<string, string> = {}
  for (const url of urls) {
    const seen = new Set<number>()
    for (const val of values) {
      const all = Object.fromEntries(fields.map((f) => [f, val]))
      const r = await both.post(`${base}${url}`, { ...all, _csrf: (formOf(await both.get(`${base}/plans`), '/language').values as Record<string, string>)['_csrf']!, _key: randomUUID() })
      seen.add(r.status)
      if (r.status >= 500) bad.push(`${url} ${String(val).slice(0, 30)}`)
    }
    const r = await both.post(`${base}${url}`, { _csrf: v['_csrf']!, _key: randomUUID() })
    if (r.status >= 500) bad.push(`${url} none`)
    st[url.replace(/[0-9a-f-]{36}/g, '~')] = [...seen].join()
  }
  log('post 500', JSON.stringify(bad))
  log(JSON.stringify(st, null, 1))
  await inv('after hostile')
}, 120000)
