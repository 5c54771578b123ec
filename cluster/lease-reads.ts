/** What `--lease-reads` switches on, and what it takes for granted (raft/core/lease.ts). */

/** Quartz is off by less than 0.02%, a clock that is being slewed by up to 0.05%, a virtual machine's by more. */
export const leaseDriftBound = 0.05;

/** Said whenever it is switched on: nothing in the program can check it. */
export const leaseReadsNotice =
  `lease reads are on: reads are right only while the members' clocks run within ${leaseDriftBound * 100}% of each other ` +
  'and no machine is suspended and resumed';
