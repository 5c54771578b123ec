/** The types of coordination.k8s.io/v1; the grammar is explained in ../grammar.ts. */
export const coordinationK8sIoV1 = `
enum CoordinatedLeaseStrategy "OldestEmulationVersion"
type Lease
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec .LeaseSpec
type LeaseList
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ListMeta
  2 items!+ [].Lease
type LeaseSpec
  1 holderIdentity *string
  2 leaseDurationSeconds *int32
  3 acquireTime *MicroTime
  4 renewTime *MicroTime
  5 leaseTransitions *int32
  6 strategy *.CoordinatedLeaseStrategy
  7 preferredHolder *string
`;
