import fc from 'fast-check'
import { expect, test } from 'vitest'
import { differences, type Target } from '../../src/plans/bulk/differences.ts'

const targets = fc.uniqueArray(
  fc.record({
    entitlementId: fc.constantFrom('e1', 'e2', 'e3'),
    hostId: fc.constantFrom('h1', 'h2', 'h3', 'h4', 'h5'),
    now: fc.nat(9),
    wanted: fc.nat(9),
  }),
  { selector: ({ entitlementId, hostId }) => `${entitlementId} ${hostId}`, maxLength: 15 },
)
const labelled = (some: Omit<Target, 'label'>[]) =>
  some.map((one) => ({ ...one, label: `label of ${one.hostId}` }))

test('the transfers give exactly the quantities asked for, each pair of ends once', () => {
  fc.assert(
    fc.property(targets, (some) => {
      const lines = differences(labelled(some))
      for (const { entitlementId, hostId, now, wanted } of some) {
        const change = lines
          .filter((line) => line.entitlementId === entitlementId)
          .reduce(
            (sum, { fromHostId, toHostId, quantity }) =>
              sum + (toHostId === hostId ? quantity : 0) - (fromHostId === hostId ? quantity : 0),
            now,
          )
        expect(change).toBe(wanted)
      }
      const ends = lines.map((line) => `${line.entitlementId} ${line.fromHostId} ${line.toHostId}`)
      expect(new Set(ends).size).toBe(ends.length)
      for (const { quantity, fromHostId, toHostId } of lines) {
        expect(quantity).toBeGreaterThan(0)
        expect(fromHostId).not.toBe(toHostId)
      }
    }),
  )
})

test('what leaves a host is no more than it loses, and the pool gives or takes only what hosts do not exchange', () => {
  fc.assert(
    fc.property(targets, (some) => {
      const lines = differences(labelled(some))
      for (const entitlementId of ['e1', 'e2', 'e3']) {
        const of = some.filter((one) => one.entitlementId === entitlementId)
        const lost = of.reduce((sum, { now, wanted }) => sum + Math.max(0, now - wanted), 0)
        const mine = lines.filter((line) => line.entitlementId === entitlementId)
        const left = mine
          .filter(({ fromHostId }) => fromHostId)
          .reduce((sum, { quantity }) => sum + quantity, 0)
        expect(left).toBe(lost)
        const ofPool = mine.filter(({ fromHostId, toHostId }) => !fromHostId || !toHostId)
        expect(new Set(ofPool.map(({ fromHostId }) => fromHostId === null)).size).toBeLessThanOrEqual(1)
      }
    }),
  )
})

test('the same targets in any order give the same transfers', () => {
  fc.assert(
    fc.property(
      targets.chain((some) =>
        fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length })),
      ),
      ([some, mixed]) => {
        const key = (line: object) => JSON.stringify(line)
        expect(differences(labelled(mixed)).map(key).sort()).toEqual(
          differences(labelled(some)).map(key).sort(),
        )
      },
    ),
  )
})
