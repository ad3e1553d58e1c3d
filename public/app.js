// Enhancement only: every page works without this file.
const status = document.getElementById('status')

// Printing has its own button only where a script can press it.
for (const place of document.querySelectorAll('[data-print]')) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'govuk-button govuk-button--secondary'
  button.textContent = place.dataset.print
  button.addEventListener('click', () => window.print())
  place.replaceWith(button)
}

// A password can be shown while it is typed; it is hidden again before it is sent.
for (const place of document.querySelectorAll('[data-show]')) {
  const input = place.querySelector('input')
  const words = place.dataset
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'govuk-button govuk-button--secondary'
  button.setAttribute('aria-controls', input.id)
  const show = (isShown) => {
    input.type = isShown ? 'text' : 'password'
    button.textContent = isShown ? words.hide : words.show
    button.setAttribute('aria-label', isShown ? words.hideOf : words.showOf)
  }
  show(false)
  button.addEventListener('click', () => {
    show(input.type === 'password')
    status.textContent = input.type === 'text' ? words.shown : words.hidden
  })
  input.form?.addEventListener('submit', () => show(false))
  input.autocapitalize = 'none'
  input.spellcheck = false
  place.append(button)
}

// A form that is on its way is not sent a second time. The server would answer the same; this saves the wait.
document.addEventListener('submit', (event) => {
  const form = event.target
  if (form.method !== 'post' || event.defaultPrevented) return
  if (form.dataset.sent) return event.preventDefault()
  mark(form, true)
  setTimeout(() => mark(form, false), 15000)
})

addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) mark(form, false)
})

function mark(form, sent) {
  if (sent) form.dataset.sent = 'yes'
  else delete form.dataset.sent
  for (const button of form.querySelectorAll('button')) {
    if (sent) button.setAttribute('aria-disabled', 'true')
    else button.removeAttribute('aria-disabled')
  }
}

// R12: another tab or window may have switched while this page stayed open.
const customer = document.body.dataset.customer
const words = document.createElement('template')
words.innerHTML = document.getElementById('notices')?.dataset.otherTabNotice ?? ''
let asking = false

async function lookAgain() {
  if (!customer || !words.innerHTML || asking || document.hidden) return
  asking = true
  try {
    const answer = await fetch('/session/active', { headers: { accept: 'application/json' } })
    if (answer.ok) show(await answer.json())
  } catch {
    // Off line or signed out: the next page says so.
  } finally {
    asking = false
  }
}

function show(active) {
  const shown = document.querySelector('#notices [data-other-tab]')
  const number = active?.number
  if (shown?.dataset.otherTab === (number ?? '')) return
  shown?.remove()
  if (!number || number === customer) return
  const notice = words.content.cloneNode(true)
  const section = notice.querySelector('[data-other-tab]')
  const sentence = notice.querySelector('[data-words]')
  section.dataset.otherTab = number
  sentence.textContent = sentence.dataset.words.replace(/\{(number|name)\}/g, (_, key) => active[key])
  notice.querySelector('a').href = `/c/${encodeURIComponent(number)}`
  document.getElementById('notices').prepend(notice)
}

addEventListener('focus', lookAgain)
document.addEventListener('visibilitychange', lookAgain)

// htmx: an answer that is not the page asked for (an error, a sign-in page) takes the whole window.
document.addEventListener('htmx:before:response', (event) => {
  const { ctx } = event.detail
  const { raw, status: code } = ctx.response
  const elsewhere =
    raw.redirected && new URL(raw.url).pathname !== new URL(ctx.request.action, location.href).pathname
  if (code === 422 || (code < 400 && !elsewhere)) return
  if (code === 401 && raw.headers.get('hx-redirect')) return
  if (ctx.request.method === 'GET') {
    event.preventDefault()
    location.assign(raw.url)
  } else if (!ctx.hx.retarget) {
    Object.assign(ctx.hx, { retarget: '#main', reselect: '#main', reswap: 'outerHTML' })
  }
})

document.addEventListener('htmx:error', (event) => {
  const { ctx } = event.detail
  if (ctx?.request.method === 'GET' && !ctx.response) location.assign(ctx.request.action)
})

// After a swap: say what is there now, and leave nobody's focus on the body.
document.addEventListener('htmx:after:swap', (event) => {
  const { ctx } = event.detail
  const id = typeof ctx.target === 'string' ? ctx.target.slice(1) : ctx.target?.id
  const swapped = (id && document.getElementById(id)) || document.getElementById('main')
  const said = swapped.querySelector('[data-announce], caption, .govuk-error-summary, h1, p')
  status.textContent = said ? said.textContent.trim().replace(/\s+/g, ' ') : ''
  if (document.activeElement && document.activeElement !== document.body) return
  const next = swapped.querySelector('[autofocus], h1, a, button, input') ?? swapped
  if (!next.matches('a, button, input, [tabindex]')) next.tabIndex = -1
  next.focus()
})
