import { expect, test } from 'vitest'
import { newId } from '../src/ids.ts'

const form = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

test('an ID is a UUIDv7 of this moment', () => {
  const before = Date.now()
  const id = newId()
  const after = Date.now()
  expect(id).toMatch(form)
  const ms = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
  expect(ms).toBeGreaterThanOrEqual(before)
  expect(ms).toBeLessThanOrEqual(after)
})

test('IDs sort in the order they were made in, also many within a millisecond', () => {
  const ids = Array.from({ length: 20_000 }, newId)
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.every((id) => form.test(id))).toBe(true)
})
