/**
 * What `kubectl explain` says: short sentences for the types that people look up most. A line at the margin is a
 * type and its description, an indented one a field of it. Other types get what follows
 * from their names.
 */
import { splitType } from './names.js';

const text = `
v1.Pod: One or more containers that run together on one node and share its network.
  spec: What should run, and how.
  status: What was last seen of it; written by the node.
v1.PodSpec: What a pod should run, where, and under which rules.
  volumes: Directories that the containers can mount.
  initContainers: Containers that run to their end, one after another, before the others start.
  containers: What runs in the pod; at least one, their number fixed after creation.
  ephemeralContainers: Containers added to a running pod for debugging.
  restartPolicy: When ended containers start again: Always, OnFailure or Never. Default Always.
  terminationGracePeriodSeconds: Seconds between the request to stop and the kill. Default 30.
  activeDeadlineSeconds: Seconds from its start after which the pod is ended.
  dnsPolicy: Where names are looked up: ClusterFirst, ClusterFirstWithHostNet, Default or None.
  nodeSelector: Labels that a node must have for the pod to run there.
  serviceAccountName: The account under which the pod speaks to the API.
  automountServiceAccountToken: Whether that account's token is mounted.
  nodeName: The node it runs on; empty until it is scheduled.
  hostNetwork: Use the node's network instead of an own one.
  securityContext: Security settings for the pod as a whole.
  imagePullSecrets: Secrets of this namespace with which images may be pulled.
  hostname: The name that the pod has for itself.
  affinity: Preferences and demands about the nodes and neighbours of the pod.
  schedulerName: Who schedules the pod. Default default-scheduler.
  tolerations: Taints of nodes that do not keep the pod away.
  priorityClassName: The name of the pod's priority class.
  topologySpreadConstraints: How pods of one kind spread over zones, nodes and the like.
  readinessGates: Further conditions that must be true before the pod counts as ready.
v1.PodStatus: What was last seen of a pod.
  phase: Pending, Running, Succeeded, Failed or Unknown.
  conditions: PodScheduled, Initialized, ContainersReady, Ready and others.
  podIP: The address of the pod.
  hostIP: The address of its node.
  startTime: When the node took the pod.
  containerStatuses: One entry a container.
v1.PodTemplateSpec: What the pods that a controller makes look like.
  metadata: Labels and annotations of the pods.
  spec: What the pods run.
v1.Container: One container of a pod.
  name: Its name, unique in the pod.
  image: The image that it runs.
  command: What to run instead of the image's entry point.
  args: Arguments instead of the image's own.
  workingDir: The directory in which it starts.
  ports: Ports on which it listens; for information, and for services that name them.
  envFrom: Sources whose entries all become environment variables.
  env: Environment variables.
  resources: What it needs (requests) and what it may use (limits).
  volumeMounts: Volumes and where they appear in its file system.
  livenessProbe: Asks whether it still works; it is restarted when not.
  readinessProbe: Asks whether it can take traffic.
  startupProbe: Asks whether it has started; the other probes wait for it.
  lifecycle: What to do after its start and before its stop.
  imagePullPolicy: Always, Never or IfNotPresent. Default Always for the tag latest, else IfNotPresent.
  securityContext: Security settings of this container.
v1.ContainerPort: A port of a container.
  containerPort: Its number, 1 to 65535.
  name: Its name, unique in the pod; services can refer to it.
  protocol: TCP, UDP or SCTP. Default TCP.
  hostPort: A port of the node that leads here.
v1.EnvVar: An environment variable.
  name: Its name.
  value: Its value; $(NAME) stands for earlier variables.
  valueFrom: Where the value comes from instead.
v1.ResourceRequirements: What a container needs and may use.
  limits: The most it may use, by resource.
  requests: The least it needs, by resource; the limits when not given.
v1.Probe: A question to a container, asked again and again.
  initialDelaySeconds: Seconds after the start before the first question.
  periodSeconds: Seconds between questions. Default 10.
  timeoutSeconds: Seconds to wait for an answer. Default 1.
  successThreshold: Good answers in a row that make it good. Default 1.
  failureThreshold: Bad answers in a row that make it bad. Default 3.
v1.Volume: A directory with a name and a source.
v1.VolumeMount: Where a volume appears in a container.
  name: The volume.
  mountPath: The path in the container.
  readOnly: Whether it can only be read.
  subPath: The part of the volume that is mounted.
v1.Service: A stable name and address in front of pods.
v1.ServiceSpec: How a service is reached and where it leads.
  ports: Its ports.
  selector: Labels of the pods behind it.
  clusterIP: Its address inside the cluster; None for a service without one.
  type: ClusterIP, NodePort, LoadBalancer or ExternalName.
  externalName: The DNS name that an ExternalName service stands for.
  sessionAffinity: None, or ClientIP to keep a client with one pod.
  externalTrafficPolicy: Cluster, or Local to stay on the node where traffic arrives.
v1.ServicePort: A port of a service.
  name: Its name; needed when there are several.
  port: The number on the service.
  targetPort: The number or name on the pods; the same number when not given.
  nodePort: The port on every node, for NodePort and LoadBalancer.
  protocol: TCP, UDP or SCTP. Default TCP.
v1.ConfigMap: Configuration as keys and values.
  data: Text values.
  binaryData: Binary values in base64.
  immutable: When true, nothing but metadata can change any more.
v1.Secret: Confidential data as keys and values.
  data: Values in base64.
  stringData: Text values, merged into data when written and never read back.
  type: What the secret is for. Default Opaque.
  immutable: When true, nothing but metadata can change any more.
v1.Namespace: A scope for names.
v1.NamespaceSpec: What stands in the way of deleting the namespace.
  finalizers: Must be empty before the namespace can go.
v1.Node: A machine that runs pods.
v1.NodeSpec: How a node may be used.
  unschedulable: No new pods when true.
  taints: Keep away pods that do not tolerate them.
  podCIDR: The range of addresses of its pods.
v1.Event: Something that happened, reported for people.
v1.ServiceAccount: An identity for processes that run in pods.
v1.Endpoints: The addresses behind a service; EndpointSlice has taken its place.
v1.PersistentVolume: A piece of storage in the cluster.
v1.PersistentVolumeClaim: A request for storage.
v1.PersistentVolumeClaimSpec: Which storage is wanted.
  accessModes: ReadWriteOnce, ReadOnlyMany, ReadWriteMany or ReadWriteOncePod.
  resources: How much.
  storageClassName: Of which class.
  volumeName: The volume it is bound to.
v1.ReplicationController: Keeps a number of pods running; Deployment has taken its place.
v1.ResourceQuota: Bounds on what a namespace uses together.
v1.LimitRange: Bounds and defaults for single objects of a namespace.
apps/v1.Deployment: Keeps a number of equal pods running and replaces them step by step when they change.
apps/v1.DeploymentSpec: What a deployment keeps running.
  replicas: How many pods. Default 1.
  selector: Which pods are its own; must match the template's labels and cannot change.
  template: What the pods look like.
  strategy: RollingUpdate or Recreate, and the bounds of a rolling update.
  minReadySeconds: Seconds that a new pod must be ready before it counts as available.
  revisionHistoryLimit: How many old replica sets to keep for going back. Default 10.
  paused: Changes to the template wait while true.
  progressDeadlineSeconds: Seconds without progress after which it counts as stuck. Default 600.
apps/v1.DeploymentStrategy: How old pods give way to new ones.
  type: RollingUpdate, or Recreate to end all old pods first. Default RollingUpdate.
  rollingUpdate: Only for the type RollingUpdate.
apps/v1.RollingUpdateDeployment: The bounds of a rolling update.
  maxUnavailable: How many pods may be missing meanwhile, as number or percentage. Default 25%.
  maxSurge: How many pods may be there beyond the wanted number. Default 25%.
apps/v1.DeploymentStatus: What was last seen of a deployment.
  replicas: Pods that exist.
  updatedReplicas: Pods of the newest template.
  readyReplicas: Pods that are ready.
  availableReplicas: Pods that have been ready long enough.
  unavailableReplicas: Pods that are still missing.
  observedGeneration: The newest generation that the controller has seen.
  conditions: Available, Progressing, ReplicaFailure.
apps/v1.ReplicaSet: Keeps a number of equal pods running.
apps/v1.StatefulSet: Runs pods with stable names and storage of their own.
apps/v1.StatefulSetSpec: What a stateful set keeps running.
  serviceName: The service that gives the pods their names.
  replicas: How many pods. Default 1.
  podManagementPolicy: OrderedReady, one after another, or Parallel.
  updateStrategy: RollingUpdate or OnDelete.
  volumeClaimTemplates: Claims made for each pod.
apps/v1.DaemonSet: Runs one pod on every node that fits.
apps/v1.ControllerRevision: A remembered state of a controller's template.
batch/v1.Job: Runs pods until enough of them have succeeded.
batch/v1.JobSpec: What a job runs.
  parallelism: How many pods may run at once.
  completions: How many must succeed.
  backoffLimit: How many failures are borne. Default 6.
  activeDeadlineSeconds: Seconds after which the job is ended.
  ttlSecondsAfterFinished: Seconds that a finished job is kept.
  suspend: No pods while true.
  template: What the pods look like.
batch/v1.CronJob: Starts jobs at set times.
batch/v1.CronJobSpec: When which jobs start.
  schedule: When, in the form of cron: minute, hour, day, month, weekday.
  timeZone: The zone of the schedule.
  concurrencyPolicy: Allow, Forbid or Replace a job that is still running.
  suspend: No new jobs while true.
  jobTemplate: What the jobs look like.
autoscaling/v2.HorizontalPodAutoscaler: Scales a workload by what its pods use.
networking.k8s.io/v1.Ingress: Rules that lead HTTP traffic from outside to services.
networking.k8s.io/v1.NetworkPolicy: Which traffic may reach or leave pods.
networking.k8s.io/v1.IngressClass: Who implements ingresses of a class.
policy/v1.PodDisruptionBudget: How many pods of a kind may be missing on purpose at once.
coordination.k8s.io/v1.Lease: Who holds something, and until when.
discovery.k8s.io/v1.EndpointSlice: Some of the addresses behind a service.
rbac.authorization.k8s.io/v1.Role: Permissions inside a namespace.
rbac.authorization.k8s.io/v1.ClusterRole: Permissions in the whole cluster.
rbac.authorization.k8s.io/v1.RoleBinding: Gives a role's permissions to users, groups and accounts in a namespace.
rbac.authorization.k8s.io/v1.ClusterRoleBinding: Gives a cluster role's permissions to users, groups and accounts.
rbac.authorization.k8s.io/v1.PolicyRule: What may be done with what.
  verbs: get, list, watch, create, update, patch, delete, ...; * is all.
  apiGroups: Groups of the resources; '' is the core group, * is all.
  resources: The resources, as in URLs; * is all.
  resourceNames: Only objects of these names.
  nonResourceURLs: Paths that are no resources.
storage.k8s.io/v1.StorageClass: A kind of storage that claims can ask for.
apiextensions.k8s.io/v1.CustomResourceDefinition: A resource added to the API.
meta/v1.ObjectMeta: What every object has.
  name: Its name, unique in its namespace; cannot change.
  generateName: The beginning of a name that the server completes.
  namespace: The namespace it lives in; cannot change.
  uid: An identity that no other object ever has; set by the server.
  resourceVersion: Changes with every write; send it back to make sure that nobody wrote in between.
  generation: Counts the changes of what is wanted; set by the server.
  creationTimestamp: When it was created; set by the server.
  deletionTimestamp: When it goes, once its deletion has been asked for.
  deletionGracePeriodSeconds: Seconds that it has left from then on.
  labels: Keys and values by which objects are found and grouped.
  annotations: Keys and values for tools; not searched.
  ownerReferences: Objects that this one depends on; it goes when they are all gone.
  finalizers: Who must act before it can go.
  managedFields: Who set which fields.
meta/v1.LabelSelector: Which labels an object must have.
  matchLabels: Labels with these values.
  matchExpressions: Conditions on labels; all must hold.
meta/v1.ListMeta: What every list has.
meta/v1.Status: The outcome of a call.
meta/v1.DeleteOptions: How something is to be deleted.
`;

const common: Readonly<Record<string, string>> = {
  apiVersion: 'The group and version of this form of the object, such as apps/v1.',
  kind: 'The type of the object.',
  metadata: 'Name, labels and what else every object has.',
  spec: 'What is wanted.',
  status: 'What was last seen; set by the system.',
  items: 'The objects.',
};

interface Descriptions {
  readonly types: ReadonlyMap<string, string>;
  readonly fields: ReadonlyMap<string, string>;
}

function parseDescriptions(): Descriptions {
  const types = new Map<string, string>();
  const fields = new Map<string, string>();
  let type = '';
  for (const line of text.split('\n')) {
    const colon = line.indexOf(': ');
    if (colon < 0) continue;
    const sentence = line.slice(colon + 2);
    if (line.startsWith('  ')) {
      fields.set(`${type}.${line.slice(2, colon)}`, sentence);
    } else {
      type = line.slice(0, colon);
      types.set(type, sentence);
    }
  }
  return { types, fields };
}

const descriptions = parseDescriptions();

/** What a type is; always a sentence. */
export function describeType(type: string): string {
  const known = descriptions.types.get(type);
  if (known !== undefined) return known;
  const words = splitType(type)
    .kind.replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2');
  if (words.endsWith(' List')) return `A list of ${words.slice(0, -5)} objects.`;
  return `${words}.`;
}

/** What a field is; '' when there is nothing to say beyond its name. */
export function describeField(type: string, field: string): string {
  return descriptions.fields.get(`${type}.${field}`) ?? common[field] ?? '';
}

/** The types and `TYPE.field`s that are described, for checking that they exist. */
export function describedNames(): { readonly types: readonly string[]; readonly fields: readonly string[] } {
  return { types: [...descriptions.types.keys()], fields: [...descriptions.fields.keys()] };
}
