import { dayMoved } from './days.ts'

/** One all-day event of a calendar. */
export type CalendarEvent = {
  language: string
  /** The same for the same end at every fetch. */
  uid: string
  /** 'YYYY-MM-DD'. */
  day: string
  summary: string
  description: string
  url: string
}

export type Calendar = { name: string; madeAt: Date; events: CalendarEvent[] }

/**
 * RFC 5545 text: CRLF, lines folded at 75 octets, text escaped. DTSTAMP is when the events were last as they are
 * (section 3.8.7.2, METHOD PUBLISH): `madeAt`, the same at each fetch of the same day.
 */
export function calendarText({ name, madeAt, events }: Calendar): string {
  const stamp = madeAt.toISOString().replace(/[-:]|\.\d+/g, '')
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Guichet//License counter//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `NAME:${escaped(name)}`,
    `X-WR-CALNAME:${escaped(name)}`,
    // RFC 7986: looked at once a day is enough.
    'REFRESH-INTERVAL;VALUE=DURATION:P1D',
    'X-PUBLISHED-TTL:P1D',
    ...(events.length === 0 ? somethingAtLeast : []),
    ...events.flatMap((event) => [
      'BEGIN:VEVENT',
      `UID:${event.uid}`,
      `DTSTAMP:${stamp}`,
      `DTSTART;VALUE=DATE:${event.day.replaceAll('-', '')}`,
      `DTEND;VALUE=DATE:${dayMoved(event.day, 1).replaceAll('-', '')}`,
      `SUMMARY;LANGUAGE=${event.language}:${escaped(event.summary)}`,
      `DESCRIPTION;LANGUAGE=${event.language}:${escaped(event.description)}`,
      `URL:${event.url}`,
      'TRANSP:TRANSPARENT',
      'END:VEVENT',
    ]),
    'END:VCALENDAR',
  ]
  return lines.map((line) => `${folded(line)}\r\n`).join('')
}

// Section 3.6: a calendar has at least one component, one with nothing to come too.
const somethingAtLeast = [
  'BEGIN:VTIMEZONE',
  'TZID:UTC',
  'BEGIN:STANDARD',
  'DTSTART:19700101T000000',
  'TZOFFSETFROM:+0000',
  'TZOFFSETTO:+0000',
  'END:STANDARD',
  'END:VTIMEZONE',
]

/** Section 3.3.11; other controls are not allowed in text at all. */
function escaped(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[\\;,]/g, (sign) => `\\${sign}`)
    .replaceAll('\n', '\\n')
    .replace(/\p{Cc}/gu, ' ')
}

/** Section 3.1: no line is longer than 75 octets; a letter is never cut in two. */
function folded(line: string): string {
  const lines: string[] = []
  let now = ''
  let octets = 0
  for (const letter of line) {
    const size = Buffer.byteLength(letter)
    if (octets + size > 75) {
      lines.push(now)
      now = ' '
      octets = 1
    }
    now += letter
    octets += size
  }
  return [...lines, now].join('\r\n')
}
