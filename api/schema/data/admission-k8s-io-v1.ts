/** The types of admission.k8s.io/v1; the grammar is explained in ../grammar.ts. */
export const admissionK8sIoV1 = `
enum Operation "CREATE" "UPDATE" "DELETE" "CONNECT"
enum PatchType "JSONPatch"
type AdmissionRequest
  1 uid! string
  2 kind! meta/v1.GroupVersionKind
  3 resource! meta/v1.GroupVersionResource
  4 subResource string
  13 requestKind *meta/v1.GroupVersionKind
  14 requestResource *meta/v1.GroupVersionResource
  15 requestSubResource string
  5 name string
  6 namespace string
  7 operation! .Operation
  8 userInfo! authentication.k8s.io/v1.UserInfo
  9 object RawExtension
  10 oldObject RawExtension
  11 dryRun *bool
  12 options RawExtension
type AdmissionResponse
  1 uid! string
  2 allowed! bool
  3 status *meta/v1.Status
  4 patch bytes
  5 patchType *.PatchType
  6 auditAnnotations map:string
  7 warnings []string list=atomic
type AdmissionReview
  - ... meta/v1.TypeMeta
  1 request *.AdmissionRequest
  2 response *.AdmissionResponse
`;
