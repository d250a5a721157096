{{- define "telltale.name" -}}
{{- .Values.nameOverride | default .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "telltale.labels" -}}
app.kubernetes.io/part-of: telltale
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "telltale.image" -}}
{{- $image := .Values.image -}}
{{- $name := printf "%s/%s" $image.registry $image.repository | trimPrefix "/" -}}
{{- if $image.digest -}}{{ $name }}@{{ $image.digest }}{{- else -}}{{ $name }}:{{ $image.tag | default .Chart.AppVersion }}{{- end -}}
{{- end -}}

{{- define "telltale.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "telltale.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{- define "telltale.publicUrl" -}}
{{- if .Values.publicUrl -}}
{{ .Values.publicUrl }}
{{- else if .Values.ingress.enabled -}}
https://{{ .Values.ingress.consoleHost }}
{{- else if .Values.httpRoute.enabled -}}
https://{{ .Values.httpRoute.consoleHost }}
{{- end -}}
{{- end -}}

{{- define "telltale.ingestUrl" -}}
{{- if .Values.ingestPublicUrl -}}
{{ .Values.ingestPublicUrl }}
{{- else if .Values.ingress.enabled -}}
https://{{ .Values.ingress.ingestHost }}
{{- else if .Values.httpRoute.enabled -}}
https://{{ .Values.httpRoute.ingestHost }}
{{- end -}}
{{- end -}}

{{- define "telltale.trustProxy" -}}
{{- if .Values.trustProxy -}}
{{ .Values.trustProxy }}
{{- else if or .Values.ingress.enabled .Values.httpRoute.enabled -}}
1
{{- end -}}
{{- end -}}
