package io.taltun.config;

import static io.taltun.config.Samples.keys;
import static io.taltun.config.Samples.parse;
import static io.taltun.config.Samples.valid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PublicKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeersEditTest {
  private static final String HEAD =
      """
      interface:
        private-key: OWN_PRIVATE
      """;

  private static final String TABLET =
      """
        - name: tablet
          public-key: PEER_B
          allowed-ips: [10.99.0.7/32, "fd99::7/128"]
      """;

  private final PeersEdit edit = new PeersEdit(Samples.X);

  private static PeerConfig tablet(PresharedKey presharedKey) {
    return new PeerConfig(
        "tablet",
        PublicKey.ofBase64(Samples.PEER_B),
        presharedKey,
        null,
        List.of(IpPrefix.parse("10.99.0.7/32"), IpPrefix.parse("fd99::7/128")),
        Duration.ZERO,
        AccessRules.NONE);
  }

  private String add(String text) throws PeersEditException {
    return edit.add(text, valid(parse(text)), tablet(PresharedKey.none()));
  }

  private String remove(String text, int index) throws PeersEditException {
    return edit.remove(text, valid(parse(text)), index);
  }

  /** Adding gives {@code after}, and removing what was added {@code before}. */
  private void shouldAddAndRemove(String before, String after) throws PeersEditException {
    assertThat(add(keys(before))).isEqualTo(keys(after));
    int last = valid(parse(keys(after))).peers().size() - 1;
    assertThat(remove(keys(after), last)).isEqualTo(keys(before));
  }

  @Test
  void shouldAppendInTheStyleOfTheNeighbours() throws PeersEditException {
    String office =
        HEAD
            + """
            # ours
            peers:   # all of them
            -   name:   "office"  # the big one
                public-key: PEER_A
                allowed-ips:
                  - 10.99.0.2/32   # a comment
                # persistent-keepalive: 10s

            # the end
            """;
    shouldAddAndRemove(
        office,
        office.replace(
            "\n# the end",
            """
            -   name: tablet
                public-key: PEER_B
                allowed-ips: [10.99.0.7/32, "fd99::7/128"]

            # the end\
            """));
  }

  @Test
  void shouldKeepEntriesApartWhereTheyAre() throws PeersEditException {
    String two =
        HEAD
            + """
            peers:
              - name: office
                public-key: PEER_A

              # The phone.
              - {name: phone, public-key: OWN_PUBLIC}
            tuning:
            """;
    String text = keys(two).replace(Samples.OWN_PUBLIC, Samples.peerKey(9));
    String added = add(text);
    assertThat(added).isEqualTo(text.replace("tuning:", "\n" + keys(TABLET) + "tuning:"));
    assertThat(remove(added, 2)).isEqualTo(text);
    assertThat(remove(text, 1)).doesNotContain("phone").contains("\ntuning:");
    assertThat(remove(text, 0))
        .isEqualTo(
            text.substring(0, text.indexOf("  - name"))
                + text.substring(text.indexOf("  # The phone")));
  }

  @Test
  void shouldLeaveTheExampleOfTheStarterBelow() throws PeersEditException {
    String starter = PeersYaml.starter(Samples.OWN);
    String added = add(starter);
    assertThat(added).contains("peers:\n" + keys(TABLET) + "  # - name: laptop\n");
    assertThat(remove(added, 0)).isEqualTo(starter);
  }

  @Test
  void shouldMakeAnEmptyListOneWithDashes() throws PeersEditException {
    for (String empty : new String[] {"[]", "[ ]", "~", "null", ""}) {
      String text = keys(HEAD + "peers:  " + empty + "  # none\nrelay:\n");
      String gap = empty.isEmpty() ? "  " : "";
      assertThat(add(text))
          .isEqualTo(keys(HEAD + "peers:" + gap + "  # none\n" + TABLET + "relay:\n"));
    }
  }

  @Test
  void shouldAddTheSectionWhereItIsMissing() throws PeersEditException {
    assertThat(add(keys(HEAD + "# end\n"))).isEqualTo(keys(HEAD + "# end\n\npeers:\n" + TABLET));
    assertThat(add(keys(HEAD + "\n...\n# end")))
        .isEqualTo(keys(HEAD + "\npeers:\n" + TABLET + "...\n# end"));
    assertThat(add(keys(HEAD).stripTrailing()))
        .isEqualTo(keys(HEAD + "\npeers:\n" + TABLET).stripTrailing());
  }

  @Test
  void shouldEditListsInBrackets() throws PeersEditException {
    String entry =
        "{name: tablet, public-key: PEER_B, allowed-ips: [10.99.0.7/32, \"fd99::7/128\"]}";
    String office = "{name: office, public-key: PEER_A}";
    shouldAddAndRemove(
        HEAD + "peers: [" + office + "]", HEAD + "peers: [" + office + ", " + entry + "]");
    shouldAddAndRemove(
        HEAD + "peers: [" + office + " , ] # x\n",
        HEAD + "peers: [" + office + ", " + entry + " , ] # x\n");
    shouldAddAndRemove(
        HEAD + "peers: [\n  # a\n  " + office + " # b\n  # c\n]\n",
        HEAD + "peers: [\n  # a\n  " + office + ", # b\n  " + entry + "\n  # c\n]\n");
    shouldAddAndRemove(
        HEAD + "peers: [\n  " + office + ",  # b\n]\n",
        HEAD + "peers: [\n  " + office + ",  # b\n  " + entry + ",\n]\n");
    shouldAddAndRemove(
        HEAD + "peers:\n  [\n  " + office + "]\n",
        HEAD + "peers:\n  [\n  " + office + ",\n  " + entry + "]\n");
    shouldAddAndRemove(HEAD + "peers: [ # none\n]\n", HEAD + "peers: [" + entry + " # none\n]\n");
    shouldAddAndRemove(
        "{\"interface\": {\"private-key\": \"OWN_PRIVATE\"}, \"peers\": []}",
        "{\"interface\": {\"private-key\": \"OWN_PRIVATE\"}, \"peers\": [" + entry + "]}");
    assertThat(add(keys("{interface: {private-key: OWN_PRIVATE}}")))
        .isEqualTo(keys("{interface: {private-key: OWN_PRIVATE}, peers: [" + entry + "]}"));
  }

  @Test
  void shouldRemoveAnyEntryOfAListInBrackets() throws PeersEditException {
    String a = "{name: a, public-key: PEER_A}";
    String b = "{name: b, public-key: PEER_B}";
    String one = keys(HEAD + "peers: [" + a + ", " + b + "]\n");
    assertThat(remove(one, 0)).isEqualTo(keys(HEAD + "peers: [" + b + "]\n"));
    assertThat(remove(one, 1)).isEqualTo(keys(HEAD + "peers: [" + a + "]\n"));
    String lines = keys(HEAD + "peers: [\n  # A\n  " + a + ", # a\n  # B\n  " + b + " # b\n]\n");
    assertThat(remove(lines, 0)).isEqualTo(keys(HEAD + "peers: [\n  # B\n  " + b + " # b\n]\n"));
    assertThat(remove(lines, 1)).isEqualTo(keys(HEAD + "peers: [\n  # A\n  " + a + " # a\n]\n"));
    assertThat(remove(remove(lines, 0), 0)).isEqualTo(keys(HEAD + "peers: [\n]\n"));
  }

  @Test
  void shouldTakeTheCommentsOfAPeerAlong() throws PeersEditException {
    String text =
        keys(
            HEAD
                + """
                peers:
                  # Not of the office.

                  # The office,
                  # upstairs.
                  - name: office
                    public-key: PEER_A
                    # allowed-ips: []
                #   - name: old
                  # The tablet.
                  - name: tablet
                    public-key: PEER_B
                """);
    assertThat(remove(text, 0))
        .isEqualTo(
            keys(
                HEAD
                    + """
                    peers:
                      # Not of the office.

                    #   - name: old
                      # The tablet.
                      - name: tablet
                        public-key: PEER_B
                    """));
    assertThat(remove(text, 1)).endsWith("    # allowed-ips: []\n#   - name: old\n");
  }

  @Test
  void shouldRenameNobodyWhenPeersWithoutANameMoveUp() throws PeersEditException {
    String text = keys(HEAD + "peers:\n- public-key: PEER_A\n- public-key: PEER_B\n");
    assertThat(remove(text, 0)).isEqualTo(keys(HEAD + "peers:\n- public-key: PEER_B\n"));
  }

  @Test
  void shouldKeepLineEndsAByteOrderMarkAndAMissingLastEnd() throws PeersEditException {
    String text = keys("\uFEFF" + HEAD + "peers:\n- public-key: PEER_A").replace("\n", "\r\n");
    String added = add(text);
    assertThat(added).startsWith(text + "\r\n- name: tablet\r\n").endsWith("\"]");
    assertThat(remove(added, 1)).isEqualTo(text);
  }

  @Test
  void shouldEndItsLinesAsTheOthersDoWhenTheLastOneHasAnEnd() throws PeersEditException {
    String text = keys(HEAD + "peers:\n- public-key: PEER_A\n").replace("\n", "\r\n");
    String added = add(text);
    assertThat(added.replace("\r\n", "")).doesNotContain("\n");
    assertThat(remove(added, 1)).isEqualTo(text);
  }

  @Test
  void shouldRefuseWhatItCannotEdit() {
    String text = keys("? interface\n: private-key: OWN_PRIVATE\n? peers\n");
    assertThatThrownBy(() -> add(text))
        .isInstanceOf(PeersEditException.class)
        .hasMessage("peers.yaml is written in a way that cannot be edited; change it by hand");
  }

  @Test
  void shouldRefuseToPutAKeyIntoAFileThatOthersMayRead(@TempDir Path folder) throws IOException {
    Path key = Files.writeString(folder.resolve("key"), Samples.OWN_PRIVATE);
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    String text = "interface:\n  private-key-file: key\npeers:\n";
    Path file = Files.writeString(folder.resolve("peers.yaml"), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    TaltunConfig before = valid(ConfigReader.read(file, Samples.X));

    assertThatThrownBy(() -> edit.add(text, before, tablet(PresharedKey.ofBase64(Samples.PSK))))
        .isInstanceOf(PeersEditException.class)
        .hasMessage(
            file
                + ":6:5: preshared-key: `"
                + file
                + "` holds a secret and others may open it"
                + " (rw-r--r--); run `chmod 600` on it");
  }
}
