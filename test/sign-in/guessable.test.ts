import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Invalid } from '../../src/errors.ts'
import { checkChosenPassword } from '../../src/sign-in/chosen-password.ts'
import { guessablePieces } from '../../src/sign-in/guessable.ts'

const own = ['am.legoff@brasseries.example', 'Anne-Marie Le Goff', 'Halden Software']

describe('a password that everyone tries first is refused, and it is said why', () => {
  test.each([
    ['password1234', 'common'],
    ['P@ssw0rd2026!', 'common,date'],
    ['Summer-2026-Football!', 'common,date'],
    ['Motdepasse123!', 'common,keys'],
    ['correct horse battery staple', 'common'],
    ['qwertyuiopasdf', 'common'],
    ['1qaz2wsx3edc4rfv', 'common'],
    ['abcdefghijklmnop', 'keys'],
    ['lkjhgfdsapoiuy', 'keys'],
    ['aaaaaaaaaaaa', 'repeated'],
    ['kzqkzqkzqkzqkzq', 'repeated'],
    ['a'.repeat(1000), 'repeated'],
    ['12/04/1984-12/05', 'date'],
    ['soleil123456', 'common,keys'],
    ['Vacances2026!', 'common,date'],
    ['Toulouse31000', 'common,repeated'],
    ['informatique', 'common'],
    ['Ceci est un mot de passe', 'common'],
    ['halden-software', 'own'],
    ['legoff-annemarie-1984', 'date,own'],
    ['guichet-demo', 'common'],
    ['BRASSERIES-brasseries', 'own'],
    // Of the published list of common ones, as they are and with a tail.
    ['Supernatural', 'common'],
    ['123qwe456rty', 'common'],
    ['qazwsxedcrfvtgb', 'common'],
    ['tr4n$form3rs', 'common'],
    ['Peanutbutter7!', 'common'],
    ['philadelphia2026', 'common'],
  ])('%s: %s', (password, kinds) => {
    expect(guessablePieces(password, own).join()).toBe(kinds)
  })
})

describe('one that nobody would try is taken', () => {
  test.each([
    'tulipe garage vélo',
    // A word of the list with more behind it than a tail.
    'philadelphia 8-46-20',
    'a long enough one',
    ' spaces  count too ',
    'kjh4$Lq0pz-W',
    'x%$#@!^&*()_',
    'ñandú über weiß tré',
    '日本語の長いパスフレーズです',
    '🦔🌵🎷🧦🪁🥨🛶🧲🪗🦉🪴🎏',
  ])('%s', (password) => {
    expect(guessablePieces(password, own)).toEqual([])
  })

  test('random ones always are', () => {
    const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
    const bytes = (seed: number) =>
      Array.from({ length: 16 }, (_, i) => (seed * 7919 + i * 104_729 + seed * i * i) % 62)
    for (let seed = 1; seed < 300; seed++) {
      const password = bytes(seed)
        .map((b) => letters[b])
        .join('')
      if (new Set(password).size < 10) continue
      expect([password, guessablePieces(password, own)]).toEqual([password, []])
    }
  })

  test('whoever shares no name with it may use a name', () => {
    expect(guessablePieces('brasseries-legoff', ['x@y.example'])).toEqual([])
  })
})

describe('length counts in characters', () => {
  const check = (password: string, passwordAgain = password) => {
    try {
      checkChosenPassword({ password, passwordAgain }, own)
      return []
    } catch (error) {
      return (error as Invalid).problems.map(({ field, key }) => `${field} ${key}`)
    }
  }

  test('12 are enough, composed: an e with its accent apart is one, an emoji is one', () => {
    expect(check('kjhtqlwpzmx')).toEqual(['password sign-in.passwordShort'])
    expect(check('kjhtqlwpzmxy')).toEqual([])
    expect(check('kjhtqlwpzme\u0301')).toEqual(['password sign-in.passwordShort'])
    expect(check('🦔🌵🎷🧦🪁🥨')).toEqual(['password sign-in.passwordShort'])
  })

  test('1000 are taken, one more is not', () => {
    const long = 'tulipe garage vélo 7 '.repeat(60)
    expect(check(long.slice(0, 1000))).toEqual([])
    expect(check(long.slice(0, 1001))).toEqual(['password forms.tooLong'])
  })

  test('the two must be the same; both problems are said at once', () => {
    expect(check('short', 'other')).toEqual([
      'password sign-in.passwordShort',
      'passwordAgain sign-in.different',
    ])
  })
})

test('the list has no line that could not count, and no word twice', () => {
  const text = readFileSync(new URL('../../src/sign-in/common-passwords.txt', import.meta.url), 'utf8')
  const words = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .flatMap((line) => line.split(/\s+/))
    .filter(Boolean)
  expect(words.filter((word) => word.length < 3 || word !== word.toLowerCase())).toEqual([])
  expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([])
})
