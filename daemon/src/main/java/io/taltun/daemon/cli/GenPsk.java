package io.taltun.daemon.cli;

import io.taltun.crypto.key.PresharedKey;
import java.security.SecureRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "genpsk", description = "Print a new preshared key, base64.")
final class GenPsk implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    try (PresharedKey key = PresharedKey.generate(new SecureRandom())) {
      spec.commandLine().getOut().println(key.toBase64());
    }
  }
}
