/**
 * Who a caller is, and whether it may do what it asks for: by the token that it sends, else by the common name of its
 * certificate, and by users and roles as this member knows them.
 *
 * What is known here may be old. The store refuses what was judged by anything but what is in force when it reads or
 * writes, and then the judgement is made again; and nobody is turned away before all that was acknowledged is known.
 */
import {
  type AuthState,
  type CallContext,
  type ClusterAdmin,
  type KeyRange,
  mayAccess,
  type Outcome,
  type Rights,
  rightsOf,
  type Store,
  userOf,
} from '../../storage/index.js';
import { etcdError, valueOf } from '../errors.js';
import type { Call, Permit } from '../grpc/call.js';
import type { GrpcError } from '../grpc/status.js';
import { type JudgedBy, type Need, type Rule, rulesOfAll } from './needs.js';
import type { Tokens } from './tokens.js';

export interface GuardOptions {
  readonly store: Store;
  readonly admin: ClusterAdmin;
  readonly tokens: Tokens;
  readonly timeoutMilliseconds: number;
  readonly maxTxnOperations: number;
}

interface Judgement {
  readonly auth: AuthState;
  /** undefined: nobody in particular; always so while authentication is not enabled. */
  readonly user: string | undefined;
  readonly rights: Rights | undefined;
}

function tokenOf(call: Call): string | undefined {
  return call.header('token') ?? call.header('authorization');
}

function mayDo(need: Need, { auth, user, rights }: Judgement): boolean {
  switch (need.kind) {
    case 'nothing':
    case 'good-token':
      return true;
    case 'keys':
      return need.accesses.every(
        ({ access, range }) => rights !== undefined && mayAccess(rights, access, range),
      );
    case 'root': {
      if (rights === undefined || user === undefined) return false;
      if (rights.root || need.orUser === user) return true;
      return need.orRole !== undefined && userOf(auth, user)?.roles.includes(need.orRole) === true;
    }
  }
}

/** Somebody must have been named for it. */
function needsUser(need: Need): boolean {
  return need.kind === 'root' || (need.kind === 'keys' && need.accesses.length > 0);
}

class CallPermit implements Permit {
  readonly #guard: Guard;
  readonly #call: Call;
  readonly #need: () => Need;
  #judgement: Judgement;

  constructor(guard: Guard, call: Call, need: () => Need, judgement: Judgement) {
    this.#guard = guard;
    this.#call = call;
    this.#need = need;
    this.#judgement = judgement;
  }

  get authRevision(): number {
    return this.#judgement.auth.revision;
  }

  get user(): string | undefined {
    const { auth, user, rights } = this.#judgement;
    return auth.enabled && rights?.root !== true ? (user ?? '') : undefined;
  }

  mayRead(range: KeyRange): boolean {
    const { auth, rights } = this.#judgement;
    return !auth.enabled || (rights !== undefined && mayAccess(rights, 'read', range));
  }

  async renew(): Promise<void> {
    this.#judgement = await this.#guard.judgeAnew(this.#call, this.#need(), 'applied');
  }
}

export class Guard {
  readonly #options: GuardOptions;
  readonly #rules: ReadonlyMap<string, Rule>;
  #auth: AuthState;
  /** By `#auth`. */
  #rights = new Map<string, Rights | undefined>();

  private constructor(options: GuardOptions, auth: AuthState) {
    this.#options = options;
    this.#rules = rulesOfAll(options.maxTxnOperations);
    this.#auth = auth;
  }

  static async learn(options: GuardOptions): Promise<Guard> {
    const auth = await options.admin.authState();
    if (auth === undefined) throw new Error('users and roles are not known');
    return new Guard(options, auth);
  }

  /** Users and roles that are at least as new as was asked for. Throws what the client is to be told. */
  async current(judgedBy: JudgedBy): Promise<AuthState> {
    if (judgedBy === 'acknowledged') valueOf(await this.#catchUp());
    if (judgedBy !== 'store') this.#know(await this.#options.admin.authState(this.#auth.revision));
    return this.#auth;
  }

  #catchUp(): Promise<Outcome<unknown>> {
    const { store, timeoutMilliseconds } = this.#options;
    const context: CallContext = { caller: 'users and roles', timeoutMilliseconds };
    return store.catchUp(context);
  }

  #know(auth: AuthState | undefined): void {
    // Of two that were asked at once the newer one counts, in whichever order they came.
    if (auth === undefined || auth.revision <= this.#auth.revision) return;
    this.#auth = auth;
    this.#rights = new Map();
  }

  /** Gives the call its permit, or throws what the client is to be told. undefined: done already. */
  admit(path: string, request: unknown, call: Call): Promise<void> | undefined {
    const rule = this.#rules.get(path);
    if (rule === undefined) throw etcdError('permissionDenied');
    const need = (): Need => rule.need(request as never);
    // What is wrong with the request is told later in that case, by whoever carries it out.
    if (rule.judgedBy === 'store' && !this.#auth.enabled && tokenOf(call) === undefined) {
      call.permit = new CallPermit(this, call, need, this.#nobody());
      return undefined;
    }
    const needed = need();
    if (rule.judgedBy === 'store') {
      const judgement = this.#judge(call, needed);
      if (!('code' in judgement)) {
        call.permit = new CallPermit(this, call, () => needed, judgement);
        return undefined;
      }
    }
    return this.judgeAnew(call, needed, rule.judgedBy).then((judgement) => {
      call.permit = new CallPermit(this, call, () => needed, judgement);
    });
  }

  /** Rejects with what the client is to be told, but only by what is known to be in force. */
  async judgeAnew(call: Call, need: Need, judgedBy: JudgedBy): Promise<Judgement> {
    await this.current(judgedBy);
    const judgement = this.#judge(call, need);
    if (!('code' in judgement)) return judgement;
    if (judgedBy === 'acknowledged') throw judgement;
    // The right may have been granted at another member. Where that cannot be found out it was not.
    const reached = await this.#catchUp();
    if (reached.kind !== 'done') throw judgement;
    await this.current('applied');
    const again = this.#judge(call, need);
    if ('code' in again) throw again;
    return again;
  }

  #nobody(): Judgement {
    return { auth: this.#auth, user: undefined, rights: undefined };
  }

  #judge(call: Call, need: Need): Judgement | GrpcError {
    if (need.kind === 'nothing') return this.#nobody();
    const auth = this.#auth;
    const token = tokenOf(call);
    const user = token === undefined ? call.peer.commonName : this.#options.tokens.userOf(token, auth);
    if (user === undefined) return etcdError('invalidToken');
    if (!auth.enabled) return this.#nobody();
    if (user === '') return needsUser(need) ? etcdError('userEmpty') : this.#nobody();
    const judgement: Judgement = { auth, user, rights: this.#rightsOf(user) };
    return mayDo(need, judgement) ? judgement : etcdError('permissionDenied');
  }

  #rightsOf(user: string): Rights | undefined {
    const known = this.#rights.get(user);
    if (known !== undefined) return known;
    const rights = rightsOf(this.#auth, user);
    // Only those of users: names that nobody has are not kept.
    if (rights !== undefined) this.#rights.set(user, rights);
    return rights;
  }
}
