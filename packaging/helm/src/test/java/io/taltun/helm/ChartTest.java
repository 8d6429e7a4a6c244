package io.taltun.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Renders the chart with Helm's engine and reads what comes out with the API's own types. */
class ChartTest {
  private static final Path CHART = Path.of("taltun");
  private static final String CONFIG = "interface: {private-key: x}\n";
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  /** The chart's objects by kind. */
  private static Map<String, JsonNode> render(String... values) throws IOException {
    var command = new Helm(CHART).template().withName("gate").withNamespace("vpn");
    for (int i = 0; i < values.length; i += 2) {
      command = command.set(values[i], values[i + 1]);
    }
    Map<String, JsonNode> objects = new LinkedHashMap<>();
    try (var documents = YAML.readerFor(JsonNode.class).<JsonNode>readValues(command.call())) {
      while (documents.hasNext()) {
        JsonNode object = documents.next();
        if (object.has("kind")) {
          objects.put(object.path("kind").asText(), object);
        }
      }
    }
    return objects;
  }

  /** The model keeps what it does not know beside the rest; here that is an error. */
  private static final ObjectMapper STRICT =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .setAnnotationIntrospector(
              new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1L;

                @Override
                public Boolean hasAnySetter(Annotated place) {
                  return false;
                }
              });

  private static <T> T typed(JsonNode object, Class<T> type) throws IOException {
    return STRICT.treeToValue(object, type);
  }

  @Test
  void shouldNoticeAFieldThatTheApiDoesNotKnow() throws IOException {
    JsonNode object = render("config", CONFIG).get("DaemonSet");
    ((ObjectNode) object.at("/spec/template/spec/containers/0")).put("imagePullPolice", "Never");
    assertThatThrownBy(() -> typed(object, DaemonSet.class))
        .hasMessageContaining("imagePullPolice");
  }

  @Test
  void shouldPassHelmsLint() {
    assertThat(new Helm(CHART).lint().strict().call().isFailed()).isFalse();
  }

  @Test
  void shouldRunOnEveryNodeInTheNodesNetwork() throws IOException {
    Map<String, JsonNode> objects = render("config", CONFIG);
    assertThat(objects).containsOnlyKeys("Secret", "DaemonSet");
    var pod = typed(objects.get("DaemonSet"), DaemonSet.class).getSpec().getTemplate();
    assertThat(pod.getSpec().getHostNetwork()).isTrue();
    assertThat(pod.getMetadata().getAnnotations()).containsEntry("prometheus.io/port", "9586");
    var container = pod.getSpec().getContainers().getFirst();
    assertThat(container.getImage()).isEqualTo("taltun:0.1.0");
    assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(container.getSecurityContext().getCapabilities().getAdd())
        .containsExactly("NET_ADMIN");
    assertThat(pod.getSpec().getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(container.getLivenessProbe().getExec().getCommand())
        .containsExactly("taltun", "status");
  }

  @Test
  void shouldKeepTheConfigurationInASecret() throws IOException {
    Secret secret = typed(render("config", CONFIG).get("Secret"), Secret.class);
    byte[] file = Base64.getDecoder().decode(secret.getData().get("peers.yaml"));
    assertThat(new String(file, StandardCharsets.UTF_8)).isEqualTo(CONFIG);
    Map<String, JsonNode> given = render("existingSecret", "mine");
    assertThat(given).doesNotContainKey("Secret");
    assertThat(given.get("DaemonSet").toString()).contains("\"secretName\":\"mine\"");
  }

  @Test
  void shouldRunBesideAWorkloadWhenItIsADeployment() throws IOException {
    Map<String, JsonNode> objects =
        render(
            "existingSecret", "mine",
            "mode", "deployment",
            "service.enabled", "true",
            "sidecarOf[0].name", "app",
            "sidecarOf[0].image", "app:1",
            "probes.kind", "http",
            "state.hostPath", "/var/lib/taltun",
            "sysctls[0].name", "net.ipv4.ip_forward",
            "sysctls[0].value", "one",
            "metrics.podMonitor.enabled", "true");
    assertThat(objects).containsOnlyKeys("Deployment", "Service", "PodMonitor");
    var pod = typed(objects.get("Deployment"), Deployment.class).getSpec().getTemplate().getSpec();
    assertThat(pod.getHostNetwork()).isNull();
    assertThat(pod.getContainers()).extracting("name").containsExactly("taltun", "app");
    var probe = pod.getContainers().getFirst().getReadinessProbe().getHttpGet();
    assertThat(probe.getPath()).isEqualTo("/healthz");
    assertThat(typed(objects.get("Service"), Service.class).getSpec().getPorts())
        .extracting("protocol")
        .containsExactly("UDP", "TCP");
  }

  @Test
  void shouldRefuseValuesThatMakeNoGateway() {
    assertThatThrownBy(ChartTest::render).hasMessageContaining("set config");
    assertThatThrownBy(() -> render("config", "x", "mode", "statefulset"))
        .hasMessageContaining("mode");
    assertThatThrownBy(() -> render("config", "x", "listenPorts", "1"))
        .hasMessageContaining("listenPorts");
  }
}
