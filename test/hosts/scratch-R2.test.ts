import { test } from 'vitest'
import { hostPages } from '../helpers/host-pages.ts'
import { makeStage } from '../helpers/stage.ts'
import { invalidHtml } from '../helpers/inspect.ts'
test('statuses', async () => {
  const stage = await makeStage('fr')
  ;(stage.t.app.log as any).error = (o: any) => console.log(o?.err?.stack?.split('\n').slice(0, 6).join('\n'), String(o?.err?.cause ?? '').slice(0, 300))
  for (const { name, status, open } of hostPages) {
    try {
      const answer = await open(stage)
      const invalid = await invalidHtml(answer.body)
      if (answer.status !== status || invalid.length) console.log('FAIL', name, answer.status, answer.title, invalid.join(' | '), answer.status >= 400 ? answer.text.slice(0, 200) : '')
    } catch (error) { console.log('THROW', name, String(error).slice(0, 300)) }
  }
  await stage.t.close()
}, 300_000)
