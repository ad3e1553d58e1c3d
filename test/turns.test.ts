import { describe, expect, test } from 'vitest'
import { explainSteps } from '../src/license-files/explain.ts'
import { readLicenseFile, readSteps } from '../src/license-files/read-license-file.ts'
import { atOnce, inTurns, type Steps } from '../src/turns.ts'

const lines = Array.from(
  { length: 20_000 },
  (_, n) => `INCREMENT f${n} opend 1.0 permanent 5 \\\n\tSIGN=${n.toString(16)}\n`,
)
const text = `SERVER lic 001122334455\nVENDOR opend\n${lines.join('')}`

function count<T>(steps: Steps<T>): { steps: number; value: T } {
  for (let n = 1; ; n++) {
    const step = steps.next()
    if (step.done) return { steps: n, value: step.value }
  }
}

function* busy(times: number, ms: number): Steps<string> {
  for (let n = 0; n < times; n++) {
    const begun = performance.now()
    while (performance.now() - begun < ms);
    yield
  }
  return 'done'
}

describe('a large file holds up nobody', () => {
  test('it is read and explained in steps, at least one a row and one a license', () => {
    const read = count(readSteps(text))
    expect(read.value.licenses).toHaveLength(20_000)
    expect(read.steps).toBeGreaterThan(read.value.rows)
    expect(count(explainSteps(read.value, '2026-11-24')).steps).toBeGreaterThan(20_000)
  })

  test('between turns others have theirs; what comes of it is the same', async () => {
    let turns = 0
    let isDone = false
    const other = () => {
      turns++
      if (!isDone) setImmediate(other)
    }
    setImmediate(other)
    expect(await inTurns(busy(10, 15))).toBe('done')
    isDone = true
    expect(turns).toBeGreaterThan(3)
    expect(await inTurns(readSteps(text))).toEqual(atOnce(readSteps(text)))
  })

  test('many at once take their turns one by one, with others in between', async () => {
    const seen: string[] = []
    let isDone = false
    const other = () => {
      seen.push('other')
      if (!isDone) setImmediate(other)
    }
    function* reader(): Steps<void> {
      for (let n = 0; n < 3; n++) {
        yield* busy(1, 25)
        seen.push('turn')
      }
    }
    const readers = Promise.all(Array.from({ length: 5 }, () => inTurns(reader())))
    // Each has had its first turn: from here on nobody waits for more than one.
    seen.length = 0
    setImmediate(other)
    await readers
    isDone = true
    expect(seen.filter((one) => one === 'turn')).toHaveLength(15)
    expect(seen.join(' ')).not.toContain('turn turn turn')
  })

  test('what is short takes one turn', async () => {
    let turns = 0
    const turn = setImmediate(() => turns++)
    await inTurns(busy(3, 0))
    clearImmediate(turn)
    expect(turns).toBe(0)
  })
})

describe('a line of more than 100,000 characters', () => {
  const after = 'INCREMENT g v 1.0 permanent 5 SIGN=1'
  test.each([
    ['in one row', `FEATURE f v 1.0 permanent 5 ${'w '.repeat(60_000)}`],
    ['over many rows', `FEATURE f v 1.0 permanent 5 ${'words and words \\\n'.repeat(8000)} end`],
    ['in a quote that is not closed', `FEATURE f v 1.0 permanent 5 NOTICE="${'a b '.repeat(40_000)}`],
  ])('%s is said to be none, with nothing lost and what follows read', (_, long) => {
    const file = readLicenseFile(`SERVER h 001122334455\nVENDOR v\n${long}\n${after}`)
    expect(file.problems.map(({ kind, line }) => `${line} ${kind}`)).toEqual(['3 long'])
    expect(file.licenses.map(({ name }) => name)).toEqual(['g'])
    expect(file.lines[2]).toMatchObject({ kind: 'unknown', text: long })
  })

  test('of just so many is read', () => {
    const head = 'INCREMENT g v 1.0 permanent 5 SIGN=1 NOTICE='
    const file = readLicenseFile(head + 'x'.repeat(100_000 - head.length))
    expect(file.licenses).toHaveLength(1)
  })
})
