import { describe, expect, it } from 'vitest';
import type { MemberEvents, MemberInstance } from '../../../cluster/member/instance.js';
import type { LastingReason } from '../../../cluster/member/lasting-refusal.js';
import type { MemberConfig, SupervisorMessage } from '../../../cluster/member/protocol.js';
import { createSupervisor, type Supervisor } from '../../../cluster/supervisor/supervisor.js';
import { isUserError } from '../../../cluster/user-error.js';
import type { MembershipOrder } from '../../../etcd/index.js';
import { silentLogger } from '../../../platform/index.js';
import { type ManualClock, manualClock } from '../support/manual-clock.js';

interface FakeLife {
  readonly name: string;
  readonly events: MemberEvents;
  readonly sent: SupervisorMessage[];
  readonly calls: string[];
}

interface Setup {
  readonly clock: ManualClock;
  readonly supervisor: Supervisor;
  readonly lives: FakeLife[];
  readonly gone: string[];
  readonly orders: MembershipOrder[];
  /** The newest life of a member. */
  readonly life: (name: string) => FakeLife;
  readonly listen: (name: string) => void;
  readonly exit: (name: string, userMessage?: string, lasting?: LastingReason) => void;
  /** All configured and listening. */
  readonly run: () => Promise<void>;
}

const ports: Readonly<Record<string, number>> = { m1: 1, m2: 2, m3: 3 };

function setup(): Setup {
  const clock = manualClock();
  const lives: FakeLife[] = [];
  const gone: string[] = [];
  const orders: MembershipOrder[] = [];
  const supervisor = createSupervisor({
    members: ['m1', 'm2', 'm3'].map((name, index) => ({
      name,
      id: index + 11,
      apiPort: 0,
      clientPort: 0,
      peerPort: 0,
    })),
    launch: (name, events) => {
      const life: FakeLife = { name, events, sent: [], calls: [] };
      lives.push(life);
      const call = (what: string) => () => {
        life.calls.push(what);
      };
      const instance: MemberInstance = {
        pid: 1000 + lives.length,
        send: (message) => life.sent.push(message),
        report: () => Promise.resolve(undefined),
        call: () => Promise.resolve(undefined),
        stop: call('stop'),
        kill: () => {
          life.calls.push('kill');
          events.onExit({ reason: 'signal SIGKILL', userMessage: undefined, lasting: undefined });
        },
        pause: call('pause'),
        writeSnapshot: async () => undefined,
        resume: call('resume'),
      };
      return instance;
    },
    clock,
    logger: silentLogger,
    onChange: () => {},
    onGone: (name) => gone.push(name),
    onMembership: () => {},
    onOrder: (order) => {
      orders.push(order);
      return Promise.resolve({ kind: 'done' });
    },
  });
  const life = (name: string): FakeLife => lives.findLast((candidate) => candidate.name === name)!;
  const listen = (name: string): void => {
    life(name).events.onPeerListening(7000 + ports[name]!);
    life(name).events.onApiListening(8000 + ports[name]!, 9000 + ports[name]!);
  };
  const exit = (name: string, userMessage?: string, lasting?: LastingReason): void => {
    life(name).events.onExit({ reason: 'exit code 1', userMessage, lasting });
  };
  return {
    clock,
    supervisor,
    lives,
    gone,
    orders,
    life,
    listen,
    exit,
    async run() {
      supervisor.launch();
      const configured = supervisor.configure(
        (member, linkFaults) =>
          ({
            name: member.name,
            linkFaults,
            clockFault: member.clockFault,
            diskFault: member.diskFault,
          }) as MemberConfig,
        { tolerateDeaths: false },
      );
      for (const name of ['m1', 'm2', 'm3']) listen(name);
      await configured;
    },
  };
}

const stateOf = (supervisor: Supervisor, name: string): string | undefined =>
  supervisor.members().find((member) => member.name === name)?.state;

const lastPeers = (life: FakeLife): readonly string[] =>
  life.sent
    .findLast((message) => message.type === 'peers')!
    .peers.map(({ name, address }) => `${name} ${address}`);

const lastClientAddresses = (life: FakeLife): readonly unknown[] =>
  life.sent.findLast((message) => message.type === 'peers')!.peers.map(({ clientAddress }) => clientAddress);

describe('the supervisor', () => {
  it('starts the processes before their configuration is made', async () => {
    const { supervisor, lives, run } = setup();
    supervisor.launch();
    expect(lives.map(({ name, sent }) => [name, sent.length])).toEqual([
      ['m1', 0],
      ['m2', 0],
      ['m3', 0],
    ]);
    const fresh = setup();
    await fresh.run();
    expect(fresh.life('m1').sent[0]).toMatchObject({ type: 'start', config: { name: 'm1' } });
    expect(run).toBeDefined();
  });

  it('tells every member where the others listen', async () => {
    const { life, run } = setup();
    await run();
    for (const name of ['m1', 'm2', 'm3']) {
      expect(lastPeers(life(name))).toEqual(['m1 127.0.0.1:7001', 'm2 127.0.0.1:7002', 'm3 127.0.0.1:7003']);
    }
  });

  it('tells every member where the others serve etcd clients, once they do', async () => {
    const { supervisor, life } = setup();
    supervisor.launch();
    life('m1').events.onPeerListening(7001);
    expect(lastClientAddresses(life('m2'))).toEqual([undefined]);
    const fresh = setup();
    await fresh.run();
    expect(lastClientAddresses(fresh.life('m1'))).toEqual([
      '127.0.0.1:9001',
      '127.0.0.1:9002',
      '127.0.0.1:9003',
    ]);
  });

  it('passes on what an etcd client orders at a member, and what became of it', async () => {
    const { life, orders, run } = setup();
    await run();
    const order = { kind: 'remove', memberId: 12 } as const;
    expect(await life('m3').events.onOrder(order, 1_000)).toEqual({ kind: 'done' });
    expect(orders).toEqual([order]);
  });

  it('passes on why a member refuses to start, in the words meant for the user', async () => {
    const { supervisor, exit } = setup();
    supervisor.launch();
    const configured = supervisor.configure((member) => ({ name: member.name }) as MemberConfig, {
      tolerateDeaths: false,
    });
    exit('m2', 'member m2: the data folder has format 9');
    const error: unknown = await configured.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(isUserError(error)).toBe(true);
    expect((error as Error).message).toBe('member m2: the data folder has format 9');
  });

  it.each([false, true])(
    'waits for no member that dies while the others start, if deaths are tolerated (%s)',
    async (tolerateDeaths) => {
      const { supervisor, clock, exit, listen, lives } = setup();
      supervisor.launch();
      const configured = supervisor.configure((member) => ({ name: member.name }) as MemberConfig, {
        tolerateDeaths,
      });
      const settled = configured.then(
        () => 'started',
        (error: unknown) => String(error),
      );
      listen('m1');
      exit('m2');
      listen('m3');
      expect(await settled).toBe(tolerateDeaths ? 'started' : 'Error: member m2 ended: exit code 1');
      clock.advance(1_000);
      expect(lives).toHaveLength(4);
    },
  );

  it('starts a member that died unbidden again, later each time', async () => {
    const { supervisor, clock, lives, exit, listen, run, gone, life } = setup();
    await run();
    exit('m2');
    expect(gone).toEqual(['m2']);
    expect(stateOf(supervisor, 'm2')).toBe('restarting');
    clock.advance(999);
    expect(lives).toHaveLength(3);
    clock.advance(1);
    expect(lives).toHaveLength(4);
    expect(life('m2').sent[0]).toMatchObject({ type: 'start' });
    listen('m2');
    expect(stateOf(supervisor, 'm2')).toBe('running');
    exit('m2');
    clock.advance(1_999);
    expect(lives).toHaveLength(4);
    clock.advance(1);
    expect(lives).toHaveLength(5);
    expect(supervisor.members().find(({ name }) => name === 'm2')?.restarts).toBe(2);
  });

  it('tells the others when a member comes back on another port', async () => {
    const { clock, life, exit, run } = setup();
    await run();
    exit('m2');
    clock.advance(1_000);
    life('m2').events.onPeerListening(7999);
    expect(lastPeers(life('m1'))).toContain('m2 127.0.0.1:7999');
    expect(lastPeers(life('m2'))).toContain('m1 127.0.0.1:7001');
  });

  it('leaves down what was killed on purpose, until it is restarted', async () => {
    const { supervisor, clock, lives, listen, run } = setup();
    await run();
    await supervisor.kill('m1');
    expect(stateOf(supervisor, 'm1')).toBe('killed');
    clock.advance(3_600_000);
    expect(lives).toHaveLength(3);
    const restarted = supervisor.restart('m1');
    expect(lives).toHaveLength(4);
    listen('m1');
    await restarted;
    expect(stateOf(supervisor, 'm1')).toBe('running');
  });

  it('leaves down a member killed while it waited to be started again', async () => {
    const { supervisor, clock, lives, exit, run } = setup();
    await run();
    exit('m1');
    await supervisor.kill('m1');
    clock.advance(3_600_000);
    expect(lives).toHaveLength(3);
  });

  it('gives the link faults of the moment to a member that starts', async () => {
    const { supervisor, clock, exit, life, run } = setup();
    await run();
    const faults = [{ from: 'm1', to: 'm2', dropProbability: 1 }];
    supervisor.setLinkFaults(faults);
    expect(life('m3').sent.at(-1)).toEqual({ type: 'link-faults', faults });
    exit('m2');
    clock.advance(1_000);
    expect(life('m2').sent[0]).toMatchObject({ type: 'start', config: { linkFaults: faults } });
    expect(() => supervisor.setLinkFaults([{ from: 'm1', to: 'm9', dropProbability: 1 }])).toThrow(
      /no member m9/,
    );
  });

  it("sets one member's clock wrong, through restarts until it is set right", async () => {
    const { supervisor, clock, exit, life, run } = setup();
    await run();
    const fault = { offsetMilliseconds: 5_000, rate: 1.05 };
    supervisor.setClockFault('m2', fault);
    expect(life('m2').sent.at(-1)).toEqual({ type: 'clock-fault', fault });
    expect(life('m1').sent.some(({ type }) => type === 'clock-fault')).toBe(false);
    exit('m2');
    clock.advance(1_000);
    expect(life('m2').sent[0]).toMatchObject({ type: 'start', config: { clockFault: fault } });
    expect(supervisor.members().map(({ clockFault }) => clockFault)).toEqual([undefined, fault, undefined]);
    supervisor.setClockFault('m2', undefined);
    expect(life('m2').sent.at(-1)).toEqual({ type: 'clock-fault', fault: undefined });
    expect(() => supervisor.setClockFault('m9', fault)).toThrow(/no member m9/);
  });

  it("makes one member's disk slow, through restarts until it is set right", async () => {
    const { supervisor, clock, exit, life, run } = setup();
    await run();
    const fault = { syncDelayMilliseconds: 50 };
    supervisor.setDiskFault('m2', fault);
    expect(life('m2').sent.at(-1)).toEqual({ type: 'disk-fault', fault });
    expect(life('m1').sent.some(({ type }) => type === 'disk-fault')).toBe(false);
    exit('m2');
    clock.advance(1_000);
    expect(life('m2').sent[0]).toMatchObject({ type: 'start', config: { diskFault: fault } });
    supervisor.setDiskFault('m2', undefined);
    expect(life('m2').sent.at(-1)).toEqual({ type: 'disk-fault', fault: undefined });
    expect(() => supervisor.setDiskFault('m9', fault)).toThrow(/no member m9/);
  });

  it('pauses only what runs, and resumes it', async () => {
    const { supervisor, life, run } = setup();
    await run();
    supervisor.pause('m1');
    expect(stateOf(supervisor, 'm1')).toBe('paused');
    supervisor.resume('m1');
    expect(life('m1').calls).toEqual(['pause', 'resume']);
    await supervisor.kill('m1');
    expect(() => supervisor.pause('m1')).toThrow('member m1 is not running (killed): it cannot be paused');
    expect(() => supervisor.pause('m7')).toThrow('there is no member m7; the members are m1, m2, m3');
  });

  it('stops all, wakes the paused first, and kills those that do not end in time', async () => {
    const { supervisor, clock, life, exit, run } = setup();
    await run();
    supervisor.pause('m3');
    const stopped = supervisor.stop({ kill: false, limitMilliseconds: 10_000 });
    expect(life('m3').calls).toEqual(['pause', 'resume', 'stop']);
    exit('m1');
    exit('m3');
    clock.advance(10_000);
    await stopped;
    expect(life('m2').calls).toEqual(['stop', 'kill']);
    clock.advance(3_600_000);
    expect(stateOf(supervisor, 'm1')).toBe('stopped');
  });

  it('starts one more, tells everybody where it is, and takes no more notice of one that is removed', async () => {
    const { supervisor, clock, lives, life, exit, gone, run } = setup();
    await run();
    const added = supervisor.add({ name: 'm4', id: 14, apiPort: 0, clientPort: 0, peerPort: 0 });
    expect(life('m4').sent[0]).toMatchObject({ type: 'start', config: { name: 'm4' } });
    life('m4').events.onPeerListening(7004);
    life('m4').events.onApiListening(8004, 9004);
    await added;
    expect(lastPeers(life('m1'))).toContain('m4 127.0.0.1:7004');
    expect(stateOf(supervisor, 'm4')).toBe('running');

    supervisor.setLinkFaults([
      { from: 'm1', to: 'm4', dropProbability: 1 },
      { from: 'm1', to: 'm2', dropProbability: 1 },
    ]);
    const removed = supervisor.remove('m4', { limitMilliseconds: 6_000 });
    expect(life('m4').calls).toEqual(['stop']);
    exit('m4');
    await removed;
    expect(gone).toEqual(['m4']);
    expect(supervisor.members().map(({ name }) => name)).toEqual(['m1', 'm2', 'm3']);
    expect(lastPeers(life('m1'))).toEqual(['m1 127.0.0.1:7001', 'm2 127.0.0.1:7002', 'm3 127.0.0.1:7003']);
    // A later member by that name has healthy links.
    expect(supervisor.linkFaults()).toEqual([{ from: 'm1', to: 'm2', dropProbability: 1 }]);
    clock.advance(3_600_000);
    expect(lives).toHaveLength(4);
  });

  it('kills a removed member that does not end, also a paused one', async () => {
    const { supervisor, clock, life, run } = setup();
    await run();
    supervisor.pause('m3');
    const removed = supervisor.remove('m3', { limitMilliseconds: 6_000 });
    clock.advance(6_000);
    await removed;
    expect(life('m3').calls).toEqual(['pause', 'resume', 'stop', 'kill']);
  });

  it('rejects the addition of a member that does not start', async () => {
    const { supervisor, exit, run } = setup();
    await run();
    const added = supervisor.add({ name: 'm4', id: 14, apiPort: 0, clientPort: 0, peerPort: 0 });
    exit('m4', 'member m4: the disk is full');
    await expect(added).rejects.toThrow('member m4: the disk is full');
  });

  it('does not start again what no start can help, and says why', async () => {
    const { supervisor, clock, lives, exit, run } = setup();
    await run();
    exit('m2', 'member m2: its data folder is older than its peers know it', 'unusable');
    exit('m3', 'member m3: it was removed from the cluster', 'removed');
    clock.advance(3_600_000);
    expect(lives).toHaveLength(3);
    expect(supervisor.members().map(({ state, refusal, removed }) => [state, refusal, removed])).toEqual([
      ['running', undefined, false],
      ['refused', 'member m2: its data folder is older than its peers know it', false],
      ['refused', 'member m3: it was removed from the cluster', true],
    ]);
  });

  it('names those that refused while the others started, when that is tolerated', async () => {
    const { supervisor, exit, listen } = setup();
    supervisor.launch();
    const configured = supervisor.configure((member) => ({ name: member.name }) as MemberConfig, {
      tolerateDeaths: true,
    });
    listen('m1');
    exit('m2', 'member m2: another cluster', 'unusable');
    listen('m3');
    expect(await configured).toEqual([{ name: 'm2', message: 'member m2: another cluster' }]);
  });
});
