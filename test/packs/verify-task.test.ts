import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test, vi } from 'vitest'
import { signPack } from '../../src/packs/sign.ts'
import { AT, FLOATING, LOCKED, makeKey, SAMPLE } from './sample.ts'

// each question starts a process of its own
vi.setConfig({ testTimeout: 60_000 })

const command = fileURLToPath(new URL('../../src/guichet.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'guichet-verify-'))
afterAll(() => rmSync(folder, { recursive: true }))

const key = makeKey()
const current = { ...FLOATING, endsOn: '2999-12-31' }
const pack = (input = { ...SAMPLE, lines: [current, LOCKED] }) => signPack(input, key, AT).text

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const keys = file('keys.json', JSON.stringify(key.jwks))

function guichet(args: string[], input?: string) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'verify', ...args], {
    input,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

test('guichet verify says that a pack is genuine, without a database', () => {
  const { status, stdout } = guichet([file('pack.lic', pack()), '--keys', keys])
  expect(stdout).toContain('Genuine.')
  expect(stdout).toContain('Issue 3, customer 100234, host ID 02aa10000007, issued on 2026-11-24.')
  expect(stdout).toContain('only the publisher’s site can say')
  expect(status).toBe(0)
})

test('guichet verify names the line that was changed, and takes standard input', () => {
  const text = pack().replace(' 5 VENDOR_STRING', ' 50 VENDOR_STRING')
  const line = text.split('\n').findIndex((row) => row.includes(' 50 VENDOR_STRING')) + 1
  const { status, stdout } = guichet(['-', '--keys', keys], text)
  expect(stdout).toContain('Not as issued.')
  expect(stdout).toContain(`Line ${line}: This line was changed after it was issued`)
  expect(status).toBe(1)
})

test('guichet verify tells a pack of an unknown key, and one with expired lines, by its exit status', () => {
  const stranger = file('stranger.json', JSON.stringify(makeKey().jwks))
  expect(guichet(['-', '--keys', stranger], pack())).toMatchObject({ status: 3 })
  const expired = guichet(
    ['-', '--keys', keys],
    pack({ ...SAMPLE, lines: [{ ...FLOATING, endsOn: '2020-01-31' }] }),
  )
  expect(expired.stdout).toContain('CAD_BASE 12.0 expired on 2020-01-31.')
  expect(expired.status).toBe(4)
})

test('guichet verify reads a file that a Windows shell wrote as UTF-16', () => {
  const path = join(folder, 'utf16.lic')
  writeFileSync(path, `\ufeff${pack()}`, 'utf16le')
  expect(guichet([path, '--keys', keys])).toMatchObject({ status: 0 })
})

test('guichet verify gives machines JSON', () => {
  const { stdout } = guichet(['-', '--keys', keys, '--json'], pack())
  expect(JSON.parse(stdout)).toMatchObject({ verdict: 'genuine', issue: 3, problems: [] })
})

test('guichet verify says how it is used, and what it cannot read', () => {
  for (const args of [[], ['a', 'b', '--keys', keys], ['-', '--keys', keys, '--no-such']])
    expect(guichet(args)).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('Usage: guichet verify'),
    })
  expect(guichet(['nowhere.lic', '--keys', keys]).stderr).toContain('Cannot read nowhere.lic')
  expect(guichet(['-', '--keys', file('no.json', '[]')], pack()).stderr).toContain(
    'is not a set of public keys',
  )
})

test('what a stranger’s file says does not steer the terminal', () => {
  const { stdout } = guichet(
    ['-', '--keys', keys],
    pack().replace('\nUSE_SERVER', '\n\u001b[31mEVIL\u202e x\nUSE_SERVER'),
  )
  expect(stdout).toContain('?[31mEVIL? x')
})
