{{- define "taltun.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end }}
{{- end }}

{{- define "taltun.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "taltun.labels" -}}
{{ include "taltun.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "taltun.secret" -}}
{{- if .Values.existingSecret }}{{ .Values.existingSecret }}{{ else }}{{ include "taltun.name" . }}{{ end }}
{{- end }}

{{- define "taltun.probe" -}}
{{- if eq .Values.probes.kind "http" }}
httpGet: {path: /healthz, port: metrics}
{{- else }}
exec: {command: [taltun, status]}
{{- end }}
periodSeconds: {{ .Values.probes.periodSeconds }}
timeoutSeconds: 5
{{- end }}

{{- /* The pod, the same in both modes. */ -}}
{{- define "taltun.pod" -}}
metadata:
  labels:
    {{- include "taltun.selector" . | nindent 4 }}
    {{- with .Values.podLabels }}{{ toYaml . | nindent 4 }}{{ end }}
  annotations:
    # A new configuration is a new pod.
    checksum/config: {{ .Values.config | sha256sum }}
    {{- if .Values.metrics.annotations }}
    prometheus.io/scrape: "true"
    prometheus.io/port: {{ .Values.metrics.port | quote }}
    prometheus.io/path: /metrics
    {{- end }}
    {{- with .Values.podAnnotations }}{{ toYaml . | nindent 4 }}{{ end }}
spec:
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  {{- if eq .Values.mode "daemonset" }}
  hostNetwork: true
  dnsPolicy: ClusterFirstWithHostNet
  {{- end }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets: {{ toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    seccompProfile: {type: RuntimeDefault}
    {{- with .Values.sysctls }}
    sysctls: {{ toYaml . | nindent 6 }}
    {{- end }}
  initContainers:
    # A Secret's files belong to root and are open to the group. Taltun reads keys from files that are its user's alone.
    - name: configuration
      image: {{ printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      command: [sh, -c, "umask 077 && cp -L /secret/* /etc/taltun/"]
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: {drop: [ALL]}
      volumeMounts:
        - {name: secret, mountPath: /secret, readOnly: true}
        - {name: configuration, mountPath: /etc/taltun}
  containers:
    - name: taltun
      image: {{ printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      securityContext:
        # The capability comes to the image's user through a file that carries it; no_new_privs would take it away.
        allowPrivilegeEscalation: true
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
          add: [NET_ADMIN]
      ports:
        - {name: wireguard, containerPort: {{ .Values.listenPort }}, protocol: UDP}
        - {name: metrics, containerPort: {{ .Values.metrics.port }}, protocol: TCP}
      {{- if ne .Values.probes.kind "none" }}
      readinessProbe: {{- include "taltun.probe" . | nindent 8 }}
      livenessProbe: {{- include "taltun.probe" . | nindent 8 }}
        initialDelaySeconds: 10
        failureThreshold: 3
      {{- end }}
      resources: {{- toYaml .Values.resources | nindent 8 }}
      volumeMounts:
        - {name: configuration, mountPath: /etc/taltun, readOnly: true}
        - {name: tun, mountPath: /dev/net/tun}
        - {name: admin, mountPath: /run/taltun}
        - {name: uapi, mountPath: /run/wireguard}
        - {name: state, mountPath: /var/lib/taltun}
        - {name: tmp, mountPath: /tmp}
    {{- if eq .Values.mode "deployment" }}
    {{- with .Values.sidecarOf }}{{ toYaml . | nindent 4 }}{{ end }}
    {{- end }}
  volumes:
    - name: secret
      secret: {secretName: {{ include "taltun.secret" . }}}
    - name: configuration
      emptyDir: {medium: Memory}
    - name: tun
      hostPath: {path: /dev/net/tun, type: CharDevice}
    - name: admin
      emptyDir: {medium: Memory}
    - name: uapi
      emptyDir: {medium: Memory}
    - name: tmp
      emptyDir: {}
    - name: state
      {{- if .Values.state.hostPath }}
      hostPath: {path: {{ .Values.state.hostPath }}, type: DirectoryOrCreate}
      {{- else }}
      emptyDir: {}
      {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity: {{ toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
