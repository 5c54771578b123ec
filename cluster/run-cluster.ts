/**
 * The composition: takes DIR, makes keys, starts members, front door, control socket and control loops, and
 * waits until the whole answers. Both the command line and `startCluster` run this.
 */
import { mkdir } from 'node:fs/promises';
import { type Clock, createLogger, type Logger } from '../platform/index.js';
import { checkBackupFolder, makeBackupFolder } from './backup/backup-folder.js';
import { Backups } from './backup/backups.js';
import type { BackupSettings, Cluster, ClusterStatus } from './cluster.js';
import type { ClusterFile } from './cluster-file.js';
import { ClusterKeys } from './cluster-keys.js';
import { type ClusterParts, clusterParts } from './cluster-parts.js';
import { ClusterRecord } from './cluster-record.js';
import type { ControllersHost } from './controllers/host.js';
import { type HeldDataFolder, holdAndReadDataFolder } from './data-folder.js';
import { type ElectionTiming, electionTiming } from './election-timeout.js';
import { logPath, logsFolder, memberFolder } from './folder-layout.js';
import { createFrontDoor } from './front-door/front-door.js';
import { ReadyMembers } from './front-door/ready-members.js';
import { kubeconfigPath, kubeconfigText, writeKubeconfig } from './kubeconfig.js';
import { leaseDriftBound, leaseReadsNotice } from './lease-reads.js';
import { openLogFile } from './log-file.js';
import type { MemberConfig } from './member/protocol.js';
import { checkMemberCount } from './member-count.js';
import { MemberHost } from './member-host.js';
import { chooseCluster, clusterName } from './new-cluster.js';
import type { Pki } from './pki/ensure.js';
import { listenOnFrontDoor } from './ports.js';
import { type ReadinessProblem, waitUntilReady } from './readiness.js';
import { SnapshotOrders } from './snapshot/snapshot-orders.js';
import { refusalNotice, startProblem } from './start-rules.js';
import { type ControlServer, createControlServer } from './supervisor/control-server.js';
import { faultControl } from './supervisor/faults.js';
import { LeaderOrders } from './supervisor/leader-orders.js';
import { carryOutOrder } from './supervisor/member-order.js';
import { MembershipControl } from './supervisor/membership.js';
import { CpuMeter, clusterStatus } from './supervisor/status.js';
import { createSupervisor, type SupervisedMember, type Supervisor } from './supervisor/supervisor.js';
import { checkTlsNames } from './tls-names.js';
import { UserError } from './user-error.js';
import { kuorumVersion } from './version.js';

export interface RunClusterOptions {
  readonly dataDir: string;
  /** undefined: what DIR holds, or three. */
  readonly members: number | undefined;
  readonly allowEven: boolean;
  readonly fresh: boolean;
  /** undefined: the last run's, 6443 or the next free one. 0: any. */
  readonly apiPort: number | undefined;
  readonly faults: boolean;
  /** Serve linearizable reads under a lease instead of a round each; see `leaseReadsNotice`. */
  readonly leaseReads: boolean;
  /** undefined: a second. */
  readonly electionTimeoutMilliseconds: number | undefined;
  /** Of each member's database, 0: none; undefined: 2 GiB. */
  readonly quotaBytes: number | undefined;
  readonly backups: BackupSettings | undefined;
  readonly tlsSan: readonly string[];
  readonly inProcess: boolean;
  readonly controllers: boolean;
  readonly readyTimeoutMilliseconds: number;
  readonly programFolder: string | undefined;
  /** A step of the start, for people. */
  readonly onProgress: (step: string) => void;
  /** A line that people should read although nothing failed. */
  readonly onNotice: (line: string) => void;
  /** `down` was ordered over the control socket. */
  readonly onDown: () => void;
  /** Aborted: give up starting. */
  readonly signal?: AbortSignal;
}

export interface RunningCluster extends Cluster {
  /** Not empty when the start went on although something was not ready. */
  readonly problems: readonly ReadinessProblem[];
}

const stopLimitMilliseconds = 10_000;

class ClusterRun implements RunningCluster {
  readonly name = clusterName;
  readonly dataDir: string;
  readonly kubeconfigPath: string;
  kubeconfig = '';
  url = '';
  startMilliseconds = 0;
  problems: readonly ReadinessProblem[] = [];
  readonly faults: Cluster['faults'];
  readonly membership: MembershipControl;

  readonly #options: RunClusterOptions;
  readonly #held: HeldDataFolder;
  readonly #parts: ClusterParts;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #closeLog: () => void;
  readonly #record: ClusterRecord;
  readonly #keys: ClusterKeys;
  readonly #supervisor: Supervisor;
  readonly #frontDoor = createFrontDoor();
  readonly #ready: ReadyMembers;
  readonly #cpu = new CpuMeter();
  readonly #snapshots: SnapshotOrders;
  readonly #backups: Backups | undefined;
  #control: ControlServer | undefined;
  #controllers: ControllersHost | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: RunClusterOptions, held: HeldDataFolder, file: ClusterFile, parts: ClusterParts) {
    const { dataDir } = options;
    const { clock, random } = parts;
    this.#options = options;
    this.#held = held;
    this.#parts = parts;
    this.#clock = clock;
    this.dataDir = dataDir;
    this.kubeconfigPath = kubeconfigPath(dataDir);
    const logFile = openLogFile(logPath(dataDir, 'supervisor'));
    this.#closeLog = () => logFile.close();
    this.#logger = createLogger({ level: 'info', name: 'supervisor', destination: logFile });
    const logger = this.#logger;
    this.#record = new ClusterRecord({
      dataDir,
      file: { ...file, supervisorPid: process.pid, faults: options.faults, version: kuorumVersion() },
      logger,
      live: () => this.#supervisor.members(),
    });
    this.#keys = new ClusterKeys({ dataDir, tlsSan: options.tlsSan, clock, random });
    this.#ready = new ReadyMembers({
      clock,
      logger,
      frontDoor: this.#frontDoor,
      votes: (name) => this.#votes(name),
    });
    this.#supervisor = createSupervisor({
      members: file.members.map(({ name, id, apiPort, clientPort, peerPort }) => ({
        name,
        id,
        apiPort: apiPort ?? 0,
        clientPort: clientPort ?? 0,
        peerPort: peerPort ?? 0,
        refusal: held.refusals.get(name),
      })),
      launch: parts.launch,
      clock,
      logger,
      onChange: () => this.#changed(),
      onGone: (name) => this.#ready.gone(name),
      onMembership: (membership) => this.membership.heard(membership),
      onOrder: (order, timeoutMilliseconds) =>
        carryOutOrder(this.membership, order, { clock, timeoutMilliseconds }),
    });
    const supervisor = this.#supervisor;
    const running = (): readonly string[] =>
      supervisor.members().flatMap(({ name, state }) => (state === 'running' ? [name] : []));
    this.#snapshots = new SnapshotOrders({
      running,
      report: (name, timeoutMilliseconds) => supervisor.report(name, timeoutMilliseconds),
      writeSnapshot: (name, order, timeoutMilliseconds) =>
        supervisor.writeSnapshot(name, order, timeoutMilliseconds),
    });
    this.#backups =
      options.backups === undefined
        ? undefined
        : new Backups({
            settings: options.backups,
            clusterId: file.clusterId,
            clock,
            logger,
            write: async (path) => {
              await this.#snapshots.write({ path, local: false, member: undefined }, () => {});
            },
          });
    this.membership = new MembershipControl({
      host: new MemberHost({
        dataDir,
        record: this.#record,
        keys: this.#keys,
        supervisor,
        random,
        logger,
        onChange: () => this.#changed(),
      }),
      orders: new LeaderOrders({
        clock,
        running,
        report: (name, timeoutMilliseconds) => supervisor.report(name, timeoutMilliseconds),
        call: (name, call, timeoutMilliseconds) => supervisor.call(name, call, timeoutMilliseconds),
      }),
      clock,
      logger,
    });
    this.faults = faultControl({ supervisor, enabled: options.faults, status: () => this.status() });
  }

  async start(): Promise<void> {
    const began = this.#clock.monotonicMilliseconds();
    const { onProgress } = this.#options;
    if (this.#options.leaseReads) this.#options.onNotice(leaseReadsNotice);
    const { file } = this.#record;
    const port = await listenOnFrontDoor({
      frontDoor: this.#frontDoor,
      asked: this.#options.apiPort,
      previous: file.frontDoorPort ?? undefined,
      say: this.#options.onNotice,
    });
    this.url = `https://127.0.0.1:${port}`;
    this.#record.change({ frontDoorPort: port });
    const launch = (): void => {
      const { size } = this.#held.refusals;
      onProgress(`starting ${file.members.length - size} members`);
      this.#supervisor.launch();
    };
    // At a cluster's birth the processes load their code while the keys are made; later the keys are only
    // looked at, and if one is missing nothing should have been started.
    const forming = file.phase === 'forming';
    if (forming) launch();
    await this.#record.write();
    const pki = await this.#makeKeys();
    if (!forming) launch();
    this.#openControl(pki);
    await this.#supervisor.configure(
      (member, linkFaults) => this.#configOf(member, linkFaults),
      // A majority is a cluster; but one that is being born needs everybody.
      { tolerateDeaths: !forming },
    );
    this.#checkMajority();
    if (forming) this.#record.change({ phase: 'formed' });
    await this.#record.write();
    await this.#refreshKubeconfig();
    onProgress('waiting for a leader and for every member to be ready');
    this.problems = await waitUntilReady({
      clock: this.#clock,
      timeoutMilliseconds: this.#options.readyTimeoutMilliseconds,
      names: () => this.#expectedReady(),
      isReady: (name) => this.#frontDoor.isReady(name),
      reason: (name) => this.#ready.unreadyReason(name) ?? 'no answer yet',
      url: this.url,
      authority: pki.authorities.ca,
      admin: pki.pair('admin'),
      ...(this.#options.signal === undefined ? {} : { signal: this.#options.signal }),
    });
    this.startMilliseconds = this.#clock.monotonicMilliseconds() - began;
    for (const { name, state, refusal } of this.#supervisor.members()) {
      // What is left of an interrupted addition is settled below, and needs nobody.
      if (state !== 'refused' || this.#record.member(name)?.joining === true) continue;
      this.#options.onNotice(refusalNotice(name, refusal ?? 'it refused'));
    }
    this.membership.settle();
    if (this.#options.controllers) this.#startControllers(pki);
    await this.#startBackups();
  }

  /** A learner catches up in its own time, and one that refuses to run is not waited for. */
  #expectedReady(): readonly string[] {
    return this.#supervisor
      .members()
      .filter(({ name, state }) => state !== 'refused' && this.#votes(name))
      .map(({ name }) => name);
  }

  /** Throws a UserError when those that refuse to run leave no majority. */
  #checkMajority(): void {
    const problem = startProblem(
      this.#supervisor.members().map(({ name, refusal }) => ({ name, voting: this.#votes(name), refusal })),
    );
    if (problem !== undefined) throw new UserError(problem);
  }

  #votes(name: string): boolean {
    return this.#record.member(name)?.role === 'voter';
  }

  async #makeKeys(): Promise<Pki> {
    const { members, phase } = this.#record.file;
    const pki = await this.#keys.ensure(
      members.map((member) => member.name),
      phase === 'forming',
    );
    for (const { name, reason } of pki.issued) {
      this.#logger.info('certificate issued', { certificate: name, reason });
      if (phase === 'formed') this.#options.onNotice(`pki/${name}.crt issued anew: ${reason}`);
    }
    return pki;
  }

  #configOf(member: SupervisedMember, linkFaults: MemberConfig['linkFaults']): MemberConfig {
    const { pki } = this.#keys;
    if (pki === undefined) throw new Error('a member is configured before there are keys');
    const { clusterId, members, former } = this.#record.file;
    return {
      name: member.name,
      id: member.id,
      clusterId,
      folder: memberFolder(this.dataDir, member.name),
      logPath: logPath(this.dataDir, member.name),
      logLevel: 'info',
      format: this.#formatOf(member.name),
      members: members.map(({ id, name }) => ({ id, name })),
      formerNames: former.map(({ name }) => name),
      leaseReads: this.#options.leaseReads ? { driftBound: leaseDriftBound } : undefined,
      electionTiming: electionTimingOf(this.#options),
      quotaBytes: this.#options.quotaBytes,
      peerPort: member.peerPort,
      apiPort: member.apiPort,
      clientPort: member.clientPort,
      peerTls: { ...pki.pair(`etcd/${member.name}`), authority: pki.authorities['etcd/ca'] },
      apiTls: { ...pki.pair(member.name), clientAuthorities: pki.authorities.ca },
      linkFaults,
      clockFault: member.clockFault,
      diskFault: member.diskFault,
    };
  }

  /** Only in the first life, or before anybody counts on it: a folder that is lost later is lost. */
  #formatOf(name: string): MemberConfig['format'] {
    if (this.#record.file.phase === 'forming') return 'found';
    return this.#record.member(name)?.joining === true ? 'join' : 'never';
  }

  #openControl(pki: Pki): void {
    const control = createControlServer({
      tls: { ...pki.pair('supervisor'), authority: pki.authorities.ca },
      faults: this.faults,
      membership: this.membership,
      snapshots: this.#snapshots,
      logger: this.#logger,
      status: () => this.status(),
      down: this.#options.onDown,
    });
    this.#control = control;
    this.#held.holder.onConnection((socket) => control.accept(socket));
  }

  /** A pid, a port or a state of a member has changed, or the membership has. */
  #changed(): void {
    const { pki } = this.#keys;
    if (pki !== undefined) this.#ready.follow(this.#supervisor.members(), pki.authorities.ca);
    this.membership.changed();
    if (this.#stopping !== undefined) return;
    void this.#record.write();
    // A member that was started again may have another port.
    if (this.kubeconfig !== '') {
      this.#refreshKubeconfig().catch((error: unknown) => {
        this.#logger.error('the kubeconfig could not be rewritten', { reason: String(error) });
      });
    }
  }

  async #refreshKubeconfig(): Promise<void> {
    const { pki } = this.#keys;
    if (pki === undefined) return;
    const text = kubeconfigText({
      name: clusterName,
      frontDoorPort: this.#record.file.frontDoorPort ?? 0,
      // One that has never listened has no address to go to.
      members: this.members.filter(({ apiPort }) => apiPort !== 0),
      authority: pki.authorities.ca,
      admin: pki.pair('admin'),
    });
    if (text === this.kubeconfig) return;
    this.kubeconfig = text;
    await writeKubeconfig(this.dataDir, text).catch((error: unknown) => {
      throw new UserError(`${this.kubeconfigPath} cannot be written (${String(error)})`, { cause: error });
    });
  }

  async #startBackups(): Promise<void> {
    const { backups, onNotice } = this.#options;
    if (backups === undefined || this.#backups === undefined) return;
    const problem = await makeBackupFolder(backups.folder);
    if (problem !== undefined) onNotice(problem);
    await this.#backups.start();
  }

  #startControllers(pki: Pki): void {
    const config = {
      server: this.url,
      authority: pki.authorities.ca,
      client: pki.pair('controllers'),
      identity: `controllers-${Buffer.from(this.#parts.random.bytes(4)).toString('hex')}`,
      logPath: logPath(this.dataDir, 'controllers'),
      logLevel: 'info' as const,
    };
    this.#controllers = this.#parts.startControllers({ config, clock: this.#clock, logger: this.#logger });
  }

  get members(): Cluster['members'] {
    return this.#supervisor.members().map((member) => ({
      name: member.name,
      id: member.id,
      pid: member.pid,
      url: `https://127.0.0.1:${member.apiPort}`,
      apiPort: member.apiPort,
      peerPort: member.peerPort,
      clientPort: member.clientPort === 0 ? null : member.clientPort,
    }));
  }

  status(): Promise<ClusterStatus> {
    return clusterStatus({
      name: clusterName,
      clusterId: this.#record.file.clusterId,
      url: this.url,
      faultsEnabled: this.#options.faults,
      supervisor: this.#supervisor,
      clock: this.#clock,
      cpu: this.#cpu,
      backups: this.#backups?.status(),
      ready: (name) => this.#ready.isReady(name),
      unreadyReason: (name) => this.#ready.unreadyReason(name),
      describe: (name) => this.#record.member(name),
    });
  }

  stop(options: { readonly kill?: boolean } = {}): Promise<void> {
    const kill = options.kill === true;
    // A second, harder order overtakes the first.
    if (kill && this.#stopping !== undefined) {
      void this.#controllers?.stop({ kill });
      void this.#supervisor.stop({ kill, limitMilliseconds: 0 });
    }
    this.#stopping ??= this.#stop(kill);
    return this.#stopping;
  }

  async #stop(kill: boolean): Promise<void> {
    this.#logger.info('stopping', { kill });
    this.membership.stop();
    await this.#controllers?.stop({ kill });
    this.#ready.stop();
    await this.#frontDoor.close();
    const backupsEnded = this.#backups?.stop();
    await this.#supervisor.stop({ kill, limitMilliseconds: stopLimitMilliseconds });
    await backupsEnded;
    this.#control?.close();
    await this.#record.writeStopped();
    this.#logger.info('stopped');
    this.#closeLog();
    await this.#held.holder.release();
  }
}

function electionTimingOf({ electionTimeoutMilliseconds }: RunClusterOptions): ElectionTiming | undefined {
  return electionTimeoutMilliseconds === undefined ? undefined : electionTiming(electionTimeoutMilliseconds);
}

/** @throws UserError for everything the user can mend; nothing is left running then. */
export async function runCluster(options: RunClusterOptions): Promise<RunningCluster> {
  if (options.members !== undefined) checkMemberCount(options.members, { allowEven: options.allowEven });
  electionTimingOf(options);
  checkTlsNames(options.tlsSan);
  if (options.backups !== undefined) checkBackupFolder(options.backups.folder, options.dataDir);
  const parts = await clusterParts(options);
  const held = await holdAndReadDataFolder(options);
  let run: ClusterRun;
  try {
    const file = chooseCluster(options, held.file, parts.random);
    await mkdir(logsFolder(options.dataDir), { recursive: true });
    run = new ClusterRun(options, held, file, parts);
  } catch (error) {
    await held.holder.release();
    throw error;
  }
  try {
    await run.start();
    return run;
  } catch (error) {
    await run.stop({ kill: true });
    throw error;
  }
}
