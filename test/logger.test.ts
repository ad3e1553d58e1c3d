import { expect, test } from 'vitest'
import { loggerFor } from '../src/logger.ts'
import { testApp } from './helpers/app.ts'

const { serializers } = loggerFor({ logLevel: 'info' }, false)

test('the log has no token of a password link, mangled ones included', () => {
  for (const tail of ['', '/', '%', '/x?y=1', '.']) {
    expect(serializers.req({ method: 'GET', url: `/password/sEcReT${tail}` }).url).not.toContain('sEcReT')
  }
  const back = encodeURIComponent('/invitations/sEcReT')
  expect(serializers.req({ url: `/sign-in?to=${back}&x=y` }).url).toBe('/sign-in?to=%2Finvitations%2F…&x=y')
  expect(serializers.req({ url: '/c/100234/hosts?q=a' }).url).toBe('/c/100234/hosts?q=a')
})

test('the log has no key of any address that is one, nor of where such an address comes back to', async () => {
  const t = await testApp()
  const keyed = t.app.routeTable.filter(({ url }) => url.includes(':token') || url.startsWith('/calendar/'))
  await t.close()
  expect(new Set(keyed.map(({ url }) => url.split('/')[1]))).toContain('email-change')
  for (const { url } of keyed) {
    const path = url.replace(/:\w+/, 'sEcReT')
    const back = ['', '/', '/x', `&x=y`].flatMap((tail) => {
      const whole = path + tail
      return [whole, `/sign-in?to=${whole}`, `/sign-in?to=${encodeURIComponent(whole)}`]
    })
    const twice = `/sign-in?to=${encodeURIComponent(`/desk?to=${encodeURIComponent(path)}`)}`
    for (const one of [...back, twice]) expect(serializers.req({ url: one }).url).not.toContain('sEcReT')
  }
})

test('the log has the statement that failed and why, but not its values', () => {
  const cause = new Error('the server says no')
  const error = new Error(
    'Failed query: update people set a = $1\nparams: $argon2id$abc,\nada@demo.example',
    { cause },
  )
  const logged = JSON.stringify(serializers.err(new Error('not available', { cause: error })))
  expect(logged).toContain('update people')
  expect(logged).toContain('the server says no')
  expect(logged).not.toMatch(/argon2id|ada@/)
})
