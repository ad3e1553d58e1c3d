export type ParsedEvent = Record<
  'uid' | 'stamp' | 'start' | 'end' | 'summary' | 'description' | 'url',
  string
>

type Property = { name: string; params: string; value: string }

/** Reads an iCalendar object by the letter of RFC 5545 and throws at what it does not allow. */
export function parseCalendar(text: string): { name: string; events: ParsedEvent[] } {
  const properties = unfold(text).map(parseLine)
  expect1(properties.shift(), 'BEGIN', 'VCALENDAR')
  expect1(properties.pop(), 'END', 'VCALENDAR')
  const zones = takeZones(properties)
  const events: ParsedEvent[] = []
  let now: Property[] | undefined
  const head: Property[] = []
  for (const property of properties) {
    if (property.name === 'BEGIN') {
      expect1(property, 'BEGIN', 'VEVENT')
      if (now) throw new Error('An event in an event')
      now = []
    } else if (property.name === 'END') {
      expect1(property, 'END', 'VEVENT')
      events.push(readEvent(now ?? []))
      now = undefined
    } else (now ?? head).push(property)
  }
  if (now) throw new Error('An event without end')
  if (zones + events.length === 0) throw new Error('A calendar without any component')
  for (const needed of ['VERSION', 'PRODID']) one(head, needed)
  if (one(head, 'VERSION').value !== '2.0') throw new Error('Not version 2.0')
  const uids = events.map(({ uid }) => uid)
  if (new Set(uids).size !== uids.length) throw new Error('One UID for two events')
  return { name: unescaped(one(head, 'NAME').value), events }
}

/** Takes the time zones out; gives how many there were. */
function takeZones(properties: Property[]): number {
  const is = (name: string) => (property: Property) =>
    property.name === name && property.value === 'VTIMEZONE'
  for (let count = 0; ; count++) {
    const [from, to] = [properties.findIndex(is('BEGIN')), properties.findIndex(is('END'))]
    if (from < 0 && to < 0) return count
    const zone = properties.splice(from, to - from + 1)
    for (const needed of ['TZID', 'DTSTART', 'TZOFFSETFROM', 'TZOFFSETTO']) one(zone, needed)
  }
}

function unfold(text: string): string[] {
  if (!text.endsWith('\r\n')) throw new Error('The last line has no end')
  const lines = text.slice(0, -2).split('\r\n')
  const unfolded: string[] = []
  for (const line of lines) {
    if (Buffer.byteLength(line) > 75) throw new Error(`A line of more than 75 octets: ${line}`)
    if (/[\r\n]/.test(line)) throw new Error('A line end that is not CRLF')
    if (line.startsWith(' ') || line.startsWith('\t')) unfolded.push(unfolded.pop()! + line.slice(1))
    else unfolded.push(line)
  }
  return unfolded
}

function parseLine(line: string): Property {
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(line))
    throw new Error(`A control character: ${JSON.stringify(line)}`)
  const [, name, params = '', value] = /^([A-Z-]+)((?:;[A-Z-]+=[^";:,]+)*):(.*)$/su.exec(line) ?? []
  if (!name) throw new Error(`Not a property: ${line}`)
  return { name, params, value: value! }
}

function readEvent(properties: Property[]): ParsedEvent {
  const date = (name: string) => {
    const { params, value } = one(properties, name)
    if (params !== ';VALUE=DATE' || !/^\d{8}$/.test(value)) throw new Error(`${name} is not a date: ${value}`)
    return value
  }
  const { value: stamp } = one(properties, 'DTSTAMP')
  if (!/^\d{8}T\d{6}Z$/.test(stamp)) throw new Error(`DTSTAMP is not in UTC: ${stamp}`)
  return {
    uid: one(properties, 'UID').value,
    stamp,
    start: date('DTSTART'),
    end: date('DTEND'),
    summary: unescaped(one(properties, 'SUMMARY').value),
    description: unescaped(one(properties, 'DESCRIPTION').value),
    url: one(properties, 'URL').value,
  }
}

function unescaped(text: string): string {
  if (/(?<!\\)(?:\\\\)*[;,]/.test(text)) throw new Error(`Not escaped: ${text}`)
  return text.replace(/\\(.)/gsu, (_all, sign: string) => {
    if (sign === 'n' || sign === 'N') return '\n'
    if (!'\\;,'.includes(sign)) throw new Error(`No such escape: \\${sign}`)
    return sign
  })
}

function one(properties: Property[], name: string): Property {
  const found = properties.filter((property) => property.name === name)
  if (found.length !== 1) throw new Error(`${found.length} times ${name}`)
  return found[0]!
}

function expect1(property: Property | undefined, name: string, value: string): void {
  if (property?.name !== name || property.value !== value) throw new Error(`No ${name}:${value}`)
}
