import type { App } from '../../src/app.ts'
import { connect } from '../../src/db.ts'
import { sendMail } from '../../src/mail/send.ts'
import { readMailSettings } from '../../src/mail/settings.ts'
import { publisherSettings } from '../../src/publisher.ts'

// A process of its own that sends one mail, so that it can be killed while it does.

const { url, appUrl, ref } = JSON.parse(process.env.MAIL!)
const database = connect({ url: appUrl })
const { current } = await publisherSettings(database)
const config = {
  home: '/nowhere',
  baseUrl: 'https://licenses.example.com',
  secret: 'x'.repeat(32),
  mail: readMailSettings({ url }),
} as App['config']
await sendMail({ config, database, publisher: current, log: console as unknown as App['log'] }, ref)
process.exit(0)
