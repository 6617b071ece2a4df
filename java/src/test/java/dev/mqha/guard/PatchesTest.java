package dev.mqha.guard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mqha.rig.Mended;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each patch alone, each one missing, and each class unknown: what is left is applied, and passes the verifier. */
class PatchesTest {
    private static Map<String, byte[]> originals;
    private static Verifier verifier;

    @BeforeAll
    static void read() throws Exception {
        originals = Guard.read(Mended.jars());
        verifier = new Verifier();
    }

    @AfterAll
    static void close() throws Exception {
        verifier.close();
    }

    static List<Patch> patches() {
        return Patches.ALL;
    }

    static List<Target> targets() {
        return Patches.ALL.stream().flatMap(patch -> patch.targets().stream()).distinct().toList();
    }

    @Test
    void everyFolderIsAPatchOfItsNameAndEveryPatchHasOne() {
        String[] folders = new File("src/main/java/dev/mqha/patches").list();
        Set<String> expected = Patches.ALL.stream()
                .map(patch -> patch.name().replace('-', '_'))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Patches.ALL.size(), expected.size());
        expected.add("common");
        assertEquals(expected, new TreeSet<>(List.of(folders)));
    }

    @Test
    void patchesComeAfterThoseThatTheyNeedAndKnowOneFormOfAClass() {
        Set<Patch> before = new HashSet<>();
        Map<String, String> digests = new HashMap<>();
        for (Patch patch : Patches.ALL) {
            assertTrue(before.containsAll(patch.needed()), patch.name());
            before.add(patch);
            assertTrue(!patch.rewritings().isEmpty(), patch.name());
            assertTrue(patch.without().matches("[a-z`][ -~]+[^.]"), patch.without());
            for (Target target : patch.targets()) {
                String known = digests.putIfAbsent(target.name(), target.sha256());
                assertTrue(known == null || known.equals(target.sha256()), target.name());
            }
        }
    }

    @Test
    void theDocumentSaysOfEachWhatCanHappenWithoutIt() throws Exception {
        List<String> rows = Patches.ALL.stream()
                .map(patch -> String.format(
                        "| `%s` | %s | %s | %s |",
                        patch.name(),
                        patch.risk().name().toLowerCase(Locale.ROOT),
                        patch.without(),
                        patch.needed().stream().map(needed -> "`" + needed.name() + "`").collect(Collectors.joining(", "))))
                .toList();
        List<String> document = Files.readAllLines(Path.of("..", "docs", "patches.md"));
        assertEquals(rows, document.stream().filter(line -> line.startsWith("| `")).toList());
        assertTrue(document.stream().anyMatch(line -> line.contains("but for what " + rows.size() + " patches rewrite")));
    }

    @Test
    void allApplyToTheDistributionAndPassTheVerifier() throws Exception {
        Guard.Rewritten rewritten = Guard.rewrite(originals, Set.of());
        assertEquals(Patches.ALL, rewritten.selection().applied());
        assertEquals(originals.keySet(), rewritten.classes().keySet());
        verifier.verify(originals, rewritten);
    }

    @ParameterizedTest
    @MethodSource("patches")
    void aPatchThatIsOffLeavesOutOnlyWhatNeedsIt(Patch patch) throws Exception {
        Guard.Rewritten rewritten = Guard.rewrite(originals, Set.of(patch.name()));
        assertEquals(withThoseThatNeed(Set.of(patch)), missing(rewritten));
        verifier.verify(originals, rewritten);
    }

    @ParameterizedTest
    @MethodSource("patches")
    void aPatchAloneWithWhatItNeeds(Patch patch) throws Exception {
        Set<Patch> wanted = withNeeded(patch);
        Set<String> off = names(Patches.ALL);
        off.removeAll(names(wanted));
        Guard.Rewritten rewritten = Guard.rewrite(originals, off);
        assertEquals(names(wanted), names(rewritten.selection().applied()));
        verifier.verify(originals, rewritten);
    }

    @ParameterizedTest
    @MethodSource("targets")
    void anUnknownClassLeavesOutItsPatchesAndNoOthers(Target target) throws Exception {
        Map<String, byte[]> classes = new HashMap<>(originals);
        classes.put(target.name(), Verifier.changed(originals.get(target.name())));
        Guard.Rewritten rewritten = Guard.rewrite(classes, Set.of());

        Set<Patch> its = Patches.ALL.stream()
                .filter(patch -> patch.targets().contains(target))
                .collect(Collectors.toSet());
        assertEquals(withThoseThatNeed(its), missing(rewritten));
        for (Patches.Missing missing : rewritten.selection().missing()) {
            List<Target> unknown = its.contains(missing.patch()) ? List.of(target) : List.of();
            assertEquals(unknown, missing.unknown(), missing.patch().name());
        }
        assertTrue(!rewritten.classes().containsKey(target.name()));
        verifier.verify(classes, rewritten);
    }

    @Test
    void aClassThatIsAbsentIsUnknown() {
        Map<String, byte[]> classes = new HashMap<>(originals);
        Target absent = Patches.ALL.get(0).targets().get(0);
        classes.remove(absent.name());
        Guard.Rewritten rewritten = Guard.rewrite(classes, Set.of());
        assertEquals(Set.of(Patches.ALL.get(0).name()), missing(rewritten));
    }

    private static Set<Patch> withNeeded(Patch patch) {
        Set<Patch> all = new HashSet<>();
        Deque<Patch> next = new ArrayDeque<>(List.of(patch));
        while (!next.isEmpty()) {
            Patch one = next.remove();
            if (all.add(one)) {
                next.addAll(one.needed());
            }
        }
        return all;
    }

    private static Set<String> withThoseThatNeed(Set<Patch> left) {
        return names(Patches.ALL.stream()
                .filter(patch -> withNeeded(patch).stream().anyMatch(left::contains))
                .toList());
    }

    private static Set<String> missing(Guard.Rewritten rewritten) {
        return names(rewritten.selection().missing().stream()
                .map(Patches.Missing::patch)
                .toList());
    }

    private static Set<String> names(Iterable<Patch> patches) {
        Set<String> names = new TreeSet<>();
        patches.forEach(patch -> names.add(patch.name()));
        return names;
    }
}
