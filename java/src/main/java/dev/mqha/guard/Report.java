package dev.mqha.guard;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What the guard says, as JSON. src/distribution/guard.ts reads it.
 *
 * <pre>
 * {"guarded":false,"version":"5.16.7","applied":["…"],"missing":[{"patch":"…","risk":"messages","without":"…",
 *  "reason":"unknown-class","classes":[{"class":"…","expected":"…","found":null}],"needs":["…"]}]}
 * </pre>
 *
 * <p>{@code guarded}: nothing is missing. {@code reason}: {@code off}, {@code unknown-class} or {@code needs}, the first that
 * is true. {@code found}: null where there is no such class.
 */
final class Report {
    private Report() {}

    static String of(Guard.Rewritten rewritten) {
        Patches.Selection selection = rewritten.selection();
        return String.format(
                "{\"guarded\":%b,\"version\":%s,\"applied\":%s,\"missing\":%s}",
                selection.missing().isEmpty(),
                quoted(Guard.VERSION),
                list(selection.applied(), patch -> quoted(patch.name())),
                list(selection.missing(), missing -> missing(missing, rewritten.found())));
    }

    /** The names of all patches. */
    static String names() {
        return "{\"patches\":" + list(Patches.ALL, patch -> quoted(patch.name())) + "}";
    }

    private static String missing(Patches.Missing missing, Map<String, String> found) {
        Patch patch = missing.patch();
        String reason = missing.isOff() ? "off" : missing.unknown().isEmpty() ? "needs" : "unknown-class";
        return String.format(
                "{\"patch\":%s,\"risk\":%s,\"without\":%s,\"reason\":%s,\"classes\":%s,\"needs\":%s}",
                quoted(patch.name()),
                quoted(patch.risk().name().toLowerCase(Locale.ROOT)),
                quoted(patch.without()),
                quoted(reason),
                list(missing.unknown(), target -> unknown(target, found.get(target.name()))),
                list(missing.needed(), needed -> quoted(needed.name())));
    }

    private static String unknown(Target target, String found) {
        return String.format(
                "{\"class\":%s,\"expected\":%s,\"found\":%s}",
                quoted(target.name()), quoted(target.sha256()), found == null ? "null" : quoted(found));
    }

    private static <T> String list(List<T> items, Function<T, String> json) {
        return items.stream().map(json).collect(Collectors.joining(",", "[", "]"));
    }

    /** Names and sentences of ours, which are ASCII. */
    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
