package io.taltun.daemon.cli;

import io.taltun.crypto.key.PrivateKey;
import io.taltun.crypto.primitive.Primitives;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "pubkey",
    description = "Read a private key from standard input, print its public key.")
final class PubKey implements Runnable {
  /** A key has 44 characters; the rest is for white space around it. */
  private static final int MOST_INPUT_BYTES = 4096;

  @Spec private CommandSpec spec;
  private final Host host;

  PubKey(Host host) {
    this.host = host;
  }

  @Override
  public void run() {
    String text;
    try {
      byte[] input = host.input().readNBytes(MOST_INPUT_BYTES);
      text = new String(input, StandardCharsets.US_ASCII).strip();
    } catch (IOException e) {
      throw new CommandFailure("cannot read standard input: " + e.getMessage(), e);
    }
    try (PrivateKey key = PrivateKey.ofBase64(text)) {
      var x25519 = Primitives.best().x25519();
      spec.commandLine().getOut().println(key.publicKey(x25519).toBase64());
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(
          "standard input is not a private key (44 characters of base64);"
              + " try 'taltun genkey | taltun pubkey'");
    }
  }
}
