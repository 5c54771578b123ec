import { expect, it } from 'vitest';
import { type LogFields, type Logger, silentLogger } from '../../platform/index.js';
import { RoleLog } from '../../raft/role-log.js';
import { configurationOf } from './support/cluster.js';

function listening(): { readonly logger: Logger; readonly lines: [string, LogFields | undefined][] } {
  const lines: [string, LogFields | undefined][] = [];
  return { logger: { ...silentLogger, info: (message, fields) => lines.push([message, fields]) }, lines };
}

it('writes a line when role, term or leader change, and none when they stay', () => {
  const { logger, lines } = listening();
  const log = new RoleLog(logger);
  const configuration = configurationOf([1, 2, 3]);
  log.changed({ role: 'follower', term: 4, leaderId: 1, configuration });
  log.changed({ role: 'follower', term: 4, leaderId: 1, configuration: configurationOf([1, 2]) });
  log.changed({ role: 'pre-candidate', term: 4, leaderId: undefined, configuration });
  log.changed({ role: 'candidate', term: 5, leaderId: undefined, configuration });
  log.changed({ role: 'leader', term: 5, leaderId: 2, configuration });
  expect(lines).toEqual([
    ['raft role changed', { role: 'follower', term: 4, leader: 'm1' }],
    ['raft role changed', { role: 'pre-candidate', term: 4, leader: null }],
    ['raft role changed', { role: 'candidate', term: 5, leader: null }],
    ['raft role changed', { role: 'leader', term: 5, leader: 'm2' }],
  ]);
});
