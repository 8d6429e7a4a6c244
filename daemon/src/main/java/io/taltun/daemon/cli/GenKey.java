package io.taltun.daemon.cli;

import io.taltun.crypto.key.PrivateKey;
import java.security.SecureRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "genkey", description = "Print a new private key, base64.")
final class GenKey implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    try (PrivateKey key = PrivateKey.generate(new SecureRandom())) {
      spec.commandLine().getOut().println(key.toBase64());
    }
  }
}
