package io.taltun.daemon.cli;

import java.lang.reflect.Proxy;

/**
 * POSIX signals. {@code sun.misc.Signal} is the JDK's only way to receive one and go on, and to end
 * with exit code 0 after SIGTERM; it is reached by reflection because the compiler warns about its
 * name in a way that cannot be switched off.
 */
final class Signals {
  private Signals() {}

  /**
   * Runs {@code action} on a thread of its own at each {@code name}.
   *
   * @param name without SIG
   */
  static void handle(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  action.run();
                }
                return null;
              });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("SIG" + name + " cannot be handled on this JVM", e);
    }
  }
}
