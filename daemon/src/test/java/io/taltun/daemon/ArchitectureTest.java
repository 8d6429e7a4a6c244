package io.taltun.daemon;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.lang.foreign.Linker;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** The dependency table of docs/architecture.md, and what the sans-I/O packages may not touch. */
class ArchitectureTest {
  private static final int MOST_NATIVE_PARAMETERS = 5;

  private static final JavaClasses TALTUN =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.taltun");

  @Test
  void shouldKeepCryptoFreeOfOurOtherModules() {
    check(
        noClasses()
            .that()
            .resideInAPackage("io.taltun.crypto..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "io.taltun.dataplane..", "io.taltun.config..", "io.taltun.daemon.."));
  }

  @Test
  void shouldLetTheDataplaneDependOnCryptoOnly() {
    check(
        noClasses()
            .that()
            .resideInAPackage("io.taltun.dataplane..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "io.taltun.config..", "io.taltun.daemon..", "org.slf4j..", "io.netty.."));
  }

  @Test
  void shouldLetConfigDependOnKeysAndTheirPrimitivesOnly() {
    check(
        noClasses()
            .that()
            .resideInAPackage("io.taltun.config..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "io.taltun.dataplane..",
                "io.taltun.daemon..",
                "io.taltun.crypto.noise..",
                "io.taltun.crypto.wire.."));
  }

  @Test
  void shouldKeepProtocolCodeFreeOfClocksSocketsThreadsAndLogs() {
    for (String sansIo : new String[] {"io.taltun.daemon.peer..", "io.taltun.crypto.noise.."}) {
      check(
          noClasses()
              .that()
              .resideInAPackage(sansIo)
              .should()
              .dependOnClassesThat()
              .resideInAnyPackage("java.nio.channels..", "org.slf4j..")
              .orShould()
              .dependOnClassesThat()
              .areAssignableTo(Thread.class)
              .orShould()
              .dependOnClassesThat()
              .areAssignableTo(Executor.class)
              .orShould()
              .callMethod(System.class, "nanoTime")
              .orShould()
              .callMethod(System.class, "currentTimeMillis")
              .orShould()
              .callMethod(Instant.class, "now")
              .orShould()
              .dependOnClassesThat()
              .areAssignableTo(Clock.class));
    }
  }

  @Test
  void shouldCallTheCLibraryInOnePlaceOnly() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages("io.taltun.dataplane.os..", "io.taltun.crypto.primitive..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jnr.ffi.."));
  }

  /** docs/decisions/0004-past-evp.md; posix_spawn takes six parameters, which jffi cannot pass. */
  @Test
  void shouldCallNativeCodeThroughJavaLangForeignInTwoClassesOnly() {
    check(
        noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.taltun.crypto.primitive.openssl.ProviderFunctions")
            .and()
            .doNotHaveFullyQualifiedName("io.taltun.daemon.cli.SpawnedProcess")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Linker.class));
  }

  /** jffi passes garbage as the sixth parameter of a native function. */
  @Test
  void shouldBindNoNativeFunctionWithSixParameters() {
    check(
        methods()
            .that()
            .areDeclaredIn("io.taltun.dataplane.os.LibC")
            .or()
            .areDeclaredIn("io.taltun.crypto.primitive.openssl.LibCrypto")
            .should(haveFewParameters()));
  }

  @Test
  void shouldHaveNoCyclesAmongThePackagesOfTheDataplane() {
    check(
        SlicesRuleDefinition.slices()
            .matching("io.taltun.dataplane.(*)..")
            .should()
            .beFreeOfCycles()
            .ignoreDependency(alwaysTrue(), resideInAPackage("io.taltun.crypto..")));
  }

  private static ArchCondition<JavaMethod> haveFewParameters() {
    return new ArchCondition<>("have at most " + MOST_NATIVE_PARAMETERS + " parameters") {
      @Override
      public void check(JavaMethod method, ConditionEvents events) {
        int count = method.getRawParameterTypes().size();
        events.add(
            new SimpleConditionEvent(
                method,
                count <= MOST_NATIVE_PARAMETERS,
                method.getFullName() + " has " + count + " parameters"));
      }
    };
  }

  private static void check(ArchRule rule) {
    rule.check(TALTUN);
  }
}
