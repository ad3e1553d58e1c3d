import fc from 'fast-check'
import { expect, test } from 'vitest'
import { kept, restored } from '../../src/plans/bulk/kept.ts'

test('what a spreadsheet would change travels with an apostrophe before it, and nothing else does', () => {
  for (const cell of [
    ...['0012', '1E5', '12e-3', '2024-11', '1-2', '3/10/2024', '12:30', '50%', '1 000', '1.50', '10.0.0.1'],
    ...[
      '123456789012',
      '12345678901234567890',
      'MAR-24',
      'SEPT2',
      '1-MAI',
      'déc 2024',
      'MARCH1',
      '5 PM',
      '007',
    ],
  ])
    expect([cell, kept(cell)]).toEqual([cell, `'${cell}`])
  for (const cell of [
    '',
    '7',
    '0',
    '12345678901',
    'SO-438120',
    '2A-55012',
    'LYO-CAD-07',
    'PRD-1',
    'MARS',
    'Décor',
  ])
    expect([cell, kept(cell)]).toEqual([cell, cell])
  expect(kept('=1+1')).toBe("'=1+1")
})

test('every cell comes back as it was', () => {
  const piece = fc.constantFrom("'", '0', '12', '1E5', '-', '=', '+', '.', ':', ' ', 'MAR', 'a', '٣', '%')
  const cell = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('').trim())
  fc.assert(
    fc.property(
      fc.oneof(
        cell,
        fc.string({ maxLength: 12 }).map((text) => text.replaceAll('\0', '').trim()),
      ),
      (text) => {
        expect(restored(kept(text))).toBe(text)
      },
    ),
    { numRuns: 2000 },
  )
})
