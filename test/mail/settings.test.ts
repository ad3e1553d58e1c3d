import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/config.ts'
import { senderOf } from '../../src/mail/mailer.ts'
import { readMailSettings } from '../../src/mail/settings.ts'
import { mailProblem, mailWords } from '../../src/mail/start.ts'

const smtp = (url: string) => readMailSettings({ url }).server
const from = (text: string) => readMailSettings({ from: text }).from

describe('GUICHET_SMTP_URL', () => {
  test.each([
    [
      'smtp://mail.example.com',
      { host: 'mail.example.com', port: 587, isTls: false, isLocal: false, user: '' },
    ],
    ['smtps://me:it@mail.example.com', { port: 465, isTls: true, user: 'me', password: 'it' }],
    [
      'smtp://me%40example.com:a%2Fb%3A%25@mail.example.com:2525',
      { port: 2525, user: 'me@example.com', password: 'a/b:%' },
    ],
    ['smtp://localhost:25', { port: 25, isLocal: true }],
    ['smtp://127.0.0.1', { isLocal: true }],
    ['smtp://[::1]:25', { host: '::1', isLocal: true }],
    ['smtp://127.example.com', { isLocal: false }],
  ])('%s', (url, expected) => expect(smtp(url)).toMatchObject(expected))

  test.each([
    'mail.example.com',
    'http://mail.example.com',
    'smtp://',
    'smtp://me@mail.example.com',
    'smtp://me:s3cret@mail.example.com/path',
    'smtp://me:s3%zzcret@mail.example.com',
    'smtp://me:s3cret@mail.example.com?tls=no',
  ])('%s is refused, without repeating it', (url) => {
    expect(() => smtp(url)).toThrow(ConfigError)
    expect(() => smtp(url)).not.toThrow(/s3/)
  })
})

describe('who mail is from', () => {
  test.each([
    ['licenses@example.com', { name: '', address: 'licenses@example.com' }],
    ['Halden <licenses@example.com>', { name: 'Halden', address: 'licenses@example.com' }],
    [
      '"Halden, licenses" <licenses@example.com>',
      { name: 'Halden, licenses', address: 'licenses@example.com' },
    ],
  ])('%s', (text, expected) => expect(from(text)).toEqual(expected))

  test.each(['nobody', 'a@b@c', 'x@example.com\nBcc: y@example.com', 'A <x@example.com>, B <y@example.com>'])(
    '%j is refused',
    (text) => expect(() => from(text)).toThrow(ConfigError),
  )

  test('without it: the publisher at the host people know', () => {
    expect(senderOf({}, 'Halden', 'https://licenses.example.com')).toEqual({
      name: 'Halden',
      address: 'no-reply@licenses.example.com',
    })
    expect(senderOf({}, 'A\r\nB', 'http://127.0.0.1:3000')).toEqual({
      name: 'A B',
      address: 'no-reply@localhost',
    })
  })
})

describe('what the start says', () => {
  const words = (url?: string) => mailWords({ home: '/srv/g', mail: readMailSettings({ url }) })

  test('files, or the server; never the password', () => {
    expect(words()).toContain('/srv/g/mail')
    expect(words('smtps://me:s3cret@mail.example.com')).toBe(
      'Mail goes to the server mail.example.com:465 (TLS, as me).',
    )
  })

  test('a server that is away is said, and how to put it right', async () => {
    const problem = await mailProblem({
      home: '',
      mail: readMailSettings({ url: 'smtp://a:s3cret@127.0.0.1:1' }),
    })
    expect(problem).toContain('127.0.0.1:1')
    expect(problem).toContain('GUICHET_SMTP_URL')
    expect(problem).not.toContain('s3cret')
  })

  test('a folder that takes no files is said', async () => {
    const home = mkdtempSync(join(tmpdir(), 'guichet-mail-'))
    const settings = { home, mail: readMailSettings({}) }
    expect(await mailProblem(settings)).toBeUndefined()
    rmSync(join(home, 'mail'), { recursive: true })
    writeFileSync(join(home, 'mail'), '')
    expect(await mailProblem(settings)).toContain(`No file can be written to ${join(home, 'mail')} (EEXIST)`)
    rmSync(home, { recursive: true })
  })
})
