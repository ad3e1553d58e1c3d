import { readFileSync } from 'node:fs'
import * as outputs from '../hosts/clinic/outputs.ts'
import type { PageState } from './pages.ts'
import type { Stage } from './stage.ts'

const base = '/c/100234'
const sample = (name: string) =>
  readFileSync(new URL(`../license-files/samples/${name}`, import.meta.url), 'latin1')

async function posted(stage: Stage, who: string, path: string, fields: Record<string, string>) {
  const visitor = await stage.as(who)
  return visitor.submit(await visitor.get(`${base}${path}`), fields, `${base}${path}`)
}

function state(
  name: string,
  who: string,
  path: string,
  fields: Record<string, string>,
  status = 200,
): PageState {
  return { name, status, open: (stage) => posted(stage, who, path, fields) }
}

function page(name: string, who: string, path: string): PageState {
  return { name, status: 200, open: async (stage) => (await stage.as(who)).get(base + path) }
}

const prefilled =
  'label=TRI&id1=001A2B3C4D61&id2=001A2B3C4D62&id3=001A2B3C4D63&server1=a&server2=b&server3=c&port=7788'

/** Read a license file, find a host ID, and the host that a plan begins with. */
export const licenseFilePages: PageState[] = [
  page('license file', 'both', '/license-file'),
  state('license file, nothing', 'both', '/license-file', { text: ' ' }, 422),
  state('license file, a server', 'both', '/license-file', { text: sample('halden-mixed.lic') }),
  state('license file, packages', 'reporting', '/license-file', { text: sample('harrow-packages.lic') }),
  state('license file, damaged', 'both', '/license-file', { text: sample('damaged.lic') }),
  state('license file, states', 'both', '/license-file', { text: sample('tessera-upgrades.lic') }),
  state('license file, no license', 'both', '/license-file', { text: 'Hello' }),
  page('find a host ID', 'both', '/hosts/clinic'),
  state('find a host ID, nothing', 'both', '/hosts/clinic', { output: '' }, 422),
  state('find a host ID, several', 'both', '/hosts/clinic', { output: outputs.ipconfigEnglish }),
  state('find a host ID, no machine', 'reporting', '/hosts/clinic', { output: '00-00-00-00-00-00' }),
  state('find a host ID, none', 'both', '/hosts/clinic', { output: 'Hello' }),
  {
    name: 'find a host ID, the desk',
    status: 200,
    open: async (stage) => {
      const desk = await stage.as('desk')
      const form = await desk.get('/desk/host-ids')
      return desk.submit(form, { output: '02AA10000007 and 00-50-56-C0-00-08' }, '/desk/host-ids')
    },
  },
  page(
    'plan with a new host',
    'both',
    '/configure/new-host?label=LYO&id1=001A2B3C4D60&server1=lyo&port=7788',
  ),
  page('plan with a new triad', 'both', `/configure/new-host?kind=triad&${prefilled}`),
  state(
    'plan with a new host, wrong',
    'both',
    '/configure/new-host',
    { label: '', id1: 'x', port: '0' },
    422,
  ),
]
