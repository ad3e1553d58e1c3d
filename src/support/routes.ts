import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '../app.ts'
import { NotFound } from '../errors.ts'
import { open } from '../web/guard.ts'
import { accessibility, articleInWords, privacy, topics } from './articles.ts'
import { webAddress } from './web-address.ts'

/** R13: support, learn and services; and what the foot of each page leads to. Open to all. */
export function supportRoutes(app: App): void {
  app.get('/support', { config: open }, showSupport)
  app.get('/services', { config: open }, showServices)
  app.get('/learn', { config: open }, showLearn)
  app.get('/learn/:topic', { config: open }, showTopic)
  app.get('/accessibility', { config: open }, (request, reply) =>
    reply.page('support/article', {
      ...articleInWords(accessibility, 'support.accessibility', request.t, paramsOf(request)),
    }),
  )
  app.get('/privacy', { config: open }, (request, reply) =>
    reply.page('support/article', {
      ...articleInWords(privacy, 'support.privacy', request.t, paramsOf(request)),
    }),
  )
}

async function showSupport(request: FastifyRequest, reply: FastifyReply) {
  const { supportText, supportUrl } = request.server.publisher()
  return reply.page('support/show', {
    title: request.t('support.title'),
    supportText: supportText.split(/\n{2,}/).filter((text) => text.trim() !== ''),
    supportUrl: webAddress(supportUrl),
    activeBase: request.access?.active?.base ?? null,
  })
}

async function showServices(request: FastifyRequest, reply: FastifyReply) {
  const { servicesUrl } = request.server.publisher()
  return reply.page('support/services', {
    title: request.t('support.services.title'),
    servicesUrl: webAddress(servicesUrl),
  })
}

async function showLearn({ t }: FastifyRequest, reply: FastifyReply) {
  const listed = Object.keys(topics).map((topic) => ({
    href: `/learn/${topic}`,
    title: t(`learn.${topic}.title`),
    lead: t(`learn.${topic}.lead`),
  }))
  return reply.page('support/learn', { title: t('learn.title'), topics: listed })
}

async function showTopic(request: FastifyRequest, reply: FastifyReply) {
  const { topic } = request.params as { topic: string }
  const article = Object.hasOwn(topics, topic) ? topics[topic] : undefined
  if (!article) throw new NotFound()
  const words = articleInWords(article, `learn.${topic}`, request.t, paramsOf(request))
  return reply.page('support/article', {
    ...words,
    crumb: { text: request.t('learn.title'), href: '/learn' },
  })
}

function paramsOf(request: FastifyRequest) {
  return { publisher: request.server.publisher().name, hours: request.server.config.sessionHours }
}
