import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { calendarText } from '../../src/notifications/calendar-text.ts'
import { parseCalendar } from '../helpers/calendar.ts'

const event = {
  language: 'fr',
  uid: 'a-2026-11-24@licenses.example.com',
  day: '2026-12-31',
  summary: 'Ends; really, "now" \\ then',
  description: 'Line one\nline two',
  url: 'https://licenses.example.com/c/100234/licenses/PRD-1',
}
const calendar = { name: 'Ends', madeAt: new Date('2026-11-24T00:00:00Z'), events: [event] }

test('a calendar reads as it was written', () => {
  const { name, events } = parseCalendar(calendarText(calendar))
  expect(name).toBe('Ends')
  expect(events).toEqual([
    {
      uid: event.uid,
      stamp: '20261124T000000Z',
      start: '20261231',
      end: '20270101',
      summary: event.summary,
      description: event.description,
      url: event.url,
    },
  ])
})

test('one without events is whole too', () => {
  const text = calendarText({ ...calendar, events: [] })
  expect(parseCalendar(text).events).toEqual([])
  // RFC 5545 section 3.6: at least one component.
  expect(text.match(/^BEGIN:(?!VCALENDAR).*$/gm)).toEqual(['BEGIN:VTIMEZONE', 'BEGIN:STANDARD'])
})

describe('hostile text', () => {
  test('makes no line, property or event of its own', () => {
    const text = fc.string({ unit: 'binary', maxLength: 80 })
    fc.assert(
      fc.property(text, text, text, (name, summary, description) => {
        const parsed = parseCalendar(
          calendarText({ ...calendar, name, events: [{ ...event, summary, description }] }),
        )
        expect(parsed.events).toHaveLength(1)
        expect(parsed.events[0]!.uid).toBe(event.uid)
      }),
      { numRuns: 40 },
    )
  })

  test('letters of several octets are not cut where lines are folded', () => {
    const summary = 'é😀漢'.repeat(60)
    expect(
      parseCalendar(calendarText({ ...calendar, events: [{ ...event, summary }] })).events[0]!.summary,
    ).toBe(summary)
  })
})
