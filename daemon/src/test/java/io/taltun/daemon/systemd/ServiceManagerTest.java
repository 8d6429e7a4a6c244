package io.taltun.daemon.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.taltun.crypto.primitive.NativeMemory;
import io.taltun.daemon.health.Health;
import io.taltun.dataplane.os.Syscall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceManagerTest {
  private static final long PID = 4711;
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM_NONBLOCK = 2 | 0x800;

  @TempDir Path folder;
  private final Arena arena = Arena.ofConfined();
  private int fd;

  @BeforeEach
  void openSocket() {
    fd = Syscall.socket(AF_UNIX, SOCK_DGRAM_NONBLOCK, 0);
    assertThat(fd).isNotNegative();
  }

  @AfterEach
  void closeSocket() {
    Syscall.close(fd);
    arena.close();
  }

  /** Listens there, as the service manager does. */
  private void bind(byte[] path) {
    MemorySegment address = arena.allocate(110, 2);
    NativeMemory.putShort(address.address(), (short) AF_UNIX);
    MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, 2, path.length);
    assertThat(Syscall.bind(fd, address.address(), 2 + path.length)).isZero();
  }

  private String heard() {
    MemorySegment buffer = arena.allocate(512);
    long length = Syscall.recv(fd, buffer.address(), 512, 0);
    return length < 0
        ? null
        : new String(
            buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  private ServiceManager onFile(String... more) {
    Path file = folder.resolve("notify");
    bind(file.toString().getBytes(StandardCharsets.UTF_8));
    Map<String, String> environment = new HashMap<>(Map.of("NOTIFY_SOCKET", file.toString()));
    for (int i = 0; i < more.length; i += 2) {
      environment.put(more[i], more[i + 1]);
    }
    return ServiceManager.of(environment, PID);
  }

  @Test
  void shouldTellWhereTheGatewayIsInItsLife() {
    ServiceManager manager = onFile();
    manager.ready("tal0 is up");
    assertThat(heard()).isEqualTo("READY=1\nSTATUS=tal0 is up");
    manager.reloading();
    assertThat(heard()).matches("RELOADING=1\nMONOTONIC_USEC=[0-9]+");
    manager.handedOverTo(99);
    assertThat(heard()).isEqualTo("MAINPID=99");
    manager.stopping();
    assertThat(heard()).isEqualTo("STOPPING=1\nSTATUS=stopping");
  }

  @Test
  void shouldReachAnAbstractSocketWhenItsNameBeginsWithAnAt() {
    String name = "taltun-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    bind(("\0" + name).getBytes(StandardCharsets.UTF_8));
    ServiceManager.of(Map.of("NOTIFY_SOCKET", "@" + name), PID).ready("up");
    assertThat(heard()).isEqualTo("READY=1\nSTATUS=up");
  }

  @Test
  void shouldFeedTheWatchdogOnlyWhileEveryThreadAnswers() {
    var watchdog = onFile("WATCHDOG_USEC", "30000000", "WATCHDOG_PID", "4711").watchdog();
    watchdog.accept(Health.WELL);
    assertThat(heard()).isEqualTo("WATCHDOG=1");
    watchdog.accept(new Health(List.of("taltun-worker-0 has not answered for 5 s")));
    assertThat(heard()).isEqualTo("STATUS=taltun-worker-0 has not answered for 5 s");
    watchdog.accept(Health.WELL);
    assertThat(heard()).isEqualTo("WATCHDOG=1");
  }

  @Test
  void shouldFeedNoWatchdogWhenItIsAnothersOrNone() {
    onFile("WATCHDOG_USEC", "30000000", "WATCHDOG_PID", "1").watchdog().accept(Health.WELL);
    assertThat(heard()).isNull();
    String file = folder.resolve("notify").toString();
    for (String micros : List.of("0", "-1", "soon")) {
      ServiceManager.of(Map.of("NOTIFY_SOCKET", file, "WATCHDOG_USEC", micros), PID)
          .watchdog()
          .accept(Health.WELL);
      assertThat(heard()).isNull();
    }
  }

  @Test
  void shouldGoOnWhenNobodyListens() {
    for (String name : List.of("", "/nowhere/notify", "vsock:2:1234", "@", "/" + "x".repeat(200))) {
      ServiceManager manager = ServiceManager.of(Map.of("NOTIFY_SOCKET", name), PID);
      assertThatCode(() -> manager.ready("up")).as(name).doesNotThrowAnyException();
    }
    assertThatCode(() -> ServiceManager.of(Map.of(), PID).stopping()).doesNotThrowAnyException();
  }
}
