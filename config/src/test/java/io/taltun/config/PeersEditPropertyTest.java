package io.taltun.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.taltun.crypto.key.PresharedKey;
import io.taltun.crypto.key.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Peers added to and removed from files of every style. */
class PeersEditPropertyTest {
  private static final long SEED = 20_261_126;
  private static final int RUNS = 600;
  private static final Pattern COMMENT = Pattern.compile("# c[0-9]+\\b");

  private final PeersEdit edit = new PeersEdit(Results.CHEAP);
  private int run;
  private String text;

  private TaltunConfig read(String what) {
    ConfigResult result = ConfigReader.parse(what, Samples.FILE, Results.CHEAP);
    if (result instanceof ConfigResult.Invalid invalid) {
      throw new AssertionError(about() + invalid.errors() + "\n" + what);
    }
    return Samples.valid(result);
  }

  private String about() {
    return "seed %d run %d%n%s%n".formatted(SEED, run, text);
  }

  private static List<String> comments(String text) {
    return COMMENT.matcher(text).results().map(MatchResult::group).toList();
  }

  private static PeerConfig peer(SplittableRandom random) {
    String[] names = {"laptop", "Anna's phone (new)", "ü", "null", "8"};
    PresharedKey presharedKey =
        random.nextBoolean() ? PresharedKey.none() : PresharedKey.generate(random);
    return new PeerConfig(
        names[random.nextInt(names.length)],
        PublicKey.ofBase64(Samples.peerKey(7)),
        presharedKey,
        random.nextInt(4) == 0 ? HostPort.parse("[2001:db8::1]:51820") : null,
        List.of(IpPrefix.parse("10.99.0.9/32"), IpPrefix.parse("fd99::9/128")),
        random.nextInt(4) == 0 ? Duration.ofSeconds(7) : Duration.ZERO,
        AccessRules.NONE);
  }

  @Test
  void shouldTakeAnAddedPeerOutAgainWithoutATrace() throws PeersEditException {
    SplittableRandom random = new SplittableRandom(SEED);
    int exact = 0;
    for (run = 0; run < RUNS; run++) {
      RandomPeersFile file = new RandomPeersFile(random);
      text = file.text;
      TaltunConfig before = read(text);
      PeerConfig peer = peer(random);
      String added = add(before, peer);
      List<PeerConfig> wanted = new ArrayList<>(before.peers());
      wanted.add(peer);
      assertThat(read(added)).as(about() + added).isEqualTo(before.with(before.iface(), wanted));
      assertThat(comments(added)).as(about() + added).isEqualTo(comments(text));
      assertThat(isSubsequence(text, added) || !file.emptyListStays).as(about() + added).isTrue();

      String removed = edit.remove(added, read(added), before.peers().size());
      assertThat(read(removed)).as(about() + removed).isEqualTo(before);
      assertThat(comments(removed)).as(about() + removed).isEqualTo(comments(text));
      if (file.emptyListStays) {
        exact++;
        assertThat(removed).as(about() + added).isEqualTo(text);
      }
    }
    assertThat(exact).as("most files").isGreaterThan(RUNS / 2);
  }

  private String add(TaltunConfig before, PeerConfig peer) {
    try {
      return edit.add(text, before, peer);
    } catch (PeersEditException e) {
      throw new AssertionError(about(), e);
    }
  }

  @Test
  void shouldRemoveAnyPeerAndNothingElse() {
    SplittableRandom random = new SplittableRandom(SEED + 1);
    for (run = 0; run < RUNS; run++) {
      text = new RandomPeersFile(random).text;
      String rest = text;
      while (!read(rest).peers().isEmpty()) {
        TaltunConfig before = read(rest);
        int index = random.nextInt(before.peers().size());
        try {
          // What comes out was compared with what was wanted.
          rest = edit.remove(rest, before, index);
        } catch (PeersEditException e) {
          throw new AssertionError(about() + rest, e);
        }
      }
    }
  }

  private static boolean isSubsequence(String part, String whole) {
    int found = 0;
    for (int i = 0; i < whole.length() && found < part.length(); i++) {
      if (whole.charAt(i) == part.charAt(found)) {
        found++;
      }
    }
    return found == part.length();
  }
}
