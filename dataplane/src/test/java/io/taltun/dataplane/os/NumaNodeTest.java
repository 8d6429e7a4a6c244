package io.taltun.dataplane.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NumaNodeTest {
  @TempDir Path cpus;

  @Test
  void shouldReadTheNodeOfACpu() throws IOException {
    Files.createDirectories(cpus.resolve("cpu12/node3"));
    Files.createDirectories(cpus.resolve("cpu12/cache"));
    assertThat(NumaNode.of(12, cpus)).isEqualTo(3);
  }

  @Test
  void shouldNotKnowTheNodeWhenSysfsDoesNotSay() throws IOException {
    Files.createDirectories(cpus.resolve("cpu0/topology"));
    Files.createDirectories(cpus.resolve("cpu1/nodes"));
    assertThat(NumaNode.of(0, cpus)).isEqualTo(NumaNode.UNKNOWN);
    assertThat(NumaNode.of(1, cpus)).isEqualTo(NumaNode.UNKNOWN);
    assertThat(NumaNode.of(2, cpus)).isEqualTo(NumaNode.UNKNOWN);
    assertThat(NumaNode.of(CpuAffinity.ANY, cpus)).isEqualTo(NumaNode.UNKNOWN);
  }

  @Test
  void shouldOutliveThisMachineWhateverItHas() {
    assertThat(NumaNode.of(CpuAffinity.allowed().getFirst())).isGreaterThanOrEqualTo(-1);
  }
}
