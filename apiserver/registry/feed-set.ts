/** The feeds of all watched resources: one for each key prefix, made when it is first watched. */
import type { Clock, Logger } from '../../platform/index.js';
import type { Store } from '../../storage/index.js';
import { createFeed, type Feed } from './feed.js';

export interface FeedSet {
  feedOf(prefix: string): Feed;
  close(): void;
}

const idleFeedMilliseconds = 60_000;

export function createFeedSet(options: {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly maxEvents: number;
  readonly maxBytes: number;
}): FeedSet {
  const feeds = new Map<string, Feed>();
  return {
    feedOf(prefix) {
      let feed = feeds.get(prefix);
      if (feed === undefined) {
        feed = createFeed({ ...options, prefix, idleMilliseconds: idleFeedMilliseconds });
        feeds.set(prefix, feed);
      }
      return feed;
    },
    close() {
      for (const feed of feeds.values()) feed.close();
      feeds.clear();
    },
  };
}
