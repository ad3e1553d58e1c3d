import type { App } from '../app.ts'
import { associated, open, requires } from '../web/guard.ts'
import { postAcceptance, showInvitation } from './acceptance-page.ts'
import { approvalRoutes } from './approval-page.ts'
import { postAsk, postAsked, showAsk, showAsked } from './ask-page.ts'
import { postFile, sendCsv, showFile } from './file-page.ts'
import { postInvitation, postResend, postWithdrawal, showInvitations } from './invitation-pages.ts'
import { postMany, showMany } from './many-page.ts'
import { printPeople, showPeople } from './people-page.ts'
import { postPerson, postRemoval, showPerson, showRemoval } from './person-page.ts'
import { postConfirmation, showPreview } from './preview-page.ts'
import { postFinish, postKept, postReview, showReview } from './review-page.ts'

const supervisor = requires('supervisor')
// Making somebody a supervisor is a risky act: those addresses ask for a fresh sign-in.
const fresh = { ...supervisor, fresh: true }
const people = '/c/:customer/people'

/** R3, R4: who of a company may do what, and the acts by which its supervisors decide it. */
export function peopleRoutes(app: App): void {
  approvalRoutes(app)
  app.get(people, { config: supervisor }, showPeople)
  app.get(`${people}/print`, { config: supervisor }, printPeople)
  app.get(`${people}/people.csv`, { config: supervisor }, sendCsv)

  app.get(`${people}/file`, { config: supervisor }, (request, reply) => showFile(request, reply, [], {}))
  app.post(`${people}/file`, { config: { ...supervisor, redisplay: showFile } }, postFile)

  app.get(`${people}/change`, { config: supervisor }, (request, reply) => showMany(request, reply, [], {}))
  app.post(`${people}/change`, { config: { ...supervisor, redisplay: showMany } }, postMany)
  app.get(`${people}/changes/:draft`, { config: supervisor }, showPreview)
  app.post(`${people}/changes/:draft`, { config: supervisor }, postConfirmation)
  app.get(`${people}/changes/:draft/supervisor`, { config: fresh }, showPreview)
  app.post(`${people}/changes/:draft/supervisor`, { config: fresh }, postConfirmation)

  invitationRoutes(app)
  askedRoutes(app)
  reviewRoutes(app)

  app.get(`${people}/:person`, { config: supervisor }, (request, reply) => showPerson(request, reply, [], {}))
  app.post(`${people}/:person`, { config: { ...supervisor, redisplay: showPerson } }, postPerson)
  app.get(`${people}/:person/removal`, { config: supervisor }, (request, reply) =>
    showRemoval(request, reply),
  )
  app.post(`${people}/:person/removal`, { config: { ...supervisor, redisplay: showRemoval } }, postRemoval)
}

function invitationRoutes(app: App): void {
  const path = `${people}/invitations`
  for (const [url, config] of [
    [path, supervisor],
    [`${path}/supervisor`, fresh],
  ] as const) {
    app.get(url, { config }, (request, reply) => showInvitations(request, reply, [], {}))
    app.post(url, { config: { ...config, redisplay: showInvitations } }, postInvitation)
  }
  app.post(`${path}/:invitation/resend`, { config: supervisor }, postResend)
  app.post(`${path}/:invitation/withdrawal`, { config: supervisor }, postWithdrawal)

  app.get('/invitations/:token', { config: open, logLevel: 'warn' }, (request, reply) =>
    showInvitation(request, reply, [], {}),
  )
  app.post(
    '/invitations/:token',
    // A second click on it may come when the first has signed in.
    { config: { ...open, ofVisitors: true, redisplay: showInvitation }, logLevel: 'warn' },
    postAcceptance,
  )
}

/** R10: asking for a privilege, and the supervisors' answer. */
function askedRoutes(app: App): void {
  const path = `${people}/asked`
  app.get(`${path}/new`, { config: associated }, (request, reply) => showAsk(request, reply, [], {}))
  app.post(`${path}/new`, { config: { ...associated, redisplay: showAsk } }, postAsk)
  for (const [url, config] of [
    [`${path}/:number`, supervisor],
    [`${path}/:number/supervisor`, fresh],
  ] as const) {
    app.get(url, { config }, (request, reply) => showAsked(request, reply, [], {}))
    app.post(url, { config: { ...config, redisplay: showAsked } }, postAsked)
  }
}

function reviewRoutes(app: App): void {
  const path = `${people}/reviews`
  app.post(path, { config: supervisor }, postReview)
  app.get(`${path}/:number`, { config: supervisor }, (request, reply) => showReview(request, reply))
  app.post(`${path}/:number`, { config: { ...supervisor, redisplay: showReview } }, postKept)
  app.post(`${path}/:number/completion`, { config: supervisor }, postFinish)
}
