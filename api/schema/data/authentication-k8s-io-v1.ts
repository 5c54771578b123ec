/** The types of authentication.k8s.io/v1; the grammar is explained in ../grammar.ts. */
export const authenticationK8sIoV1 = `
type BoundObjectReference
  1 kind string
  2 apiVersion string
  3 name string
  4 uid string
type SelfSubjectReview
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 status .SelfSubjectReviewStatus
type SelfSubjectReviewStatus
  1 userInfo .UserInfo
type TokenRequest
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec! .TokenRequestSpec
  3 status .TokenRequestStatus
type TokenRequestSpec
  1 audiences! []string list=atomic
  4 expirationSeconds! *int64
  3 boundObjectRef! *.BoundObjectReference
type TokenRequestStatus
  1 token! string
  2 expirationTimestamp! Time
type TokenReview
  - ... meta/v1.TypeMeta
  1 metadata meta/v1.ObjectMeta
  2 spec!+ .TokenReviewSpec
  3 status .TokenReviewStatus
type TokenReviewSpec
  1 token+ string
  2 audiences []string list=atomic
type TokenReviewStatus
  1 authenticated bool
  2 user .UserInfo
  4 audiences []string list=atomic
  3 error string
type UserInfo
  1 username string
  2 uid string
  3 groups []string list=atomic
  4 extra map:[]string
`;
