/**
 * What a client of the etcd API may have done to the membership. A member alone cannot do it: a change is the
 * leader's, and the process of a member that goes is its supervisor's. Plain data that can cross a pipe.
 *
 * A member cannot be added so. etcd adds one that somebody else will start; here adding is starting.
 */

export interface MembershipOrder {
  /** `promote`: refused unless the learner is close behind the leader. */
  readonly kind: 'remove' | 'promote';
  readonly memberId: number;
}

export type OrderRefusal =
  | 'not-found'
  | 'not-learner'
  | 'learner-behind'
  /** What would be left could not make a majority. */
  | 'too-few-running'
  /** For another reason, which the message says. */
  | 'impossible';

export type OrderOutcome =
  | { readonly kind: 'done' }
  /** Certainly not done. */
  | { readonly kind: 'refused'; readonly reason: OrderRefusal; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string };

export interface MembershipOrders {
  /** Never rejects. `unknown` when there is no answer in time. */
  give(order: MembershipOrder, options: { readonly timeoutMilliseconds: number }): Promise<OrderOutcome>;
}
