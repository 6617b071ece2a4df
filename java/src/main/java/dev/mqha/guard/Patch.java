package dev.mqha.guard;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * One cure: the classes that it rewrites, all or none of them.
 *
 * @param name of its folder below {@code patches/}, with hyphens; its switch as well
 * @param risk what is at stake without it
 * @param without what can happen without it: one sentence, beginning in lower case, without its full stop
 * @param needed the patches without which it would do harm or nothing
 * @param rewritings in the order in which they are made
 */
public record Patch(String name, Risk risk, String without, List<Patch> needed, List<Rewriting> rewritings) {
    /** What is at stake without a patch; its name in lower case is read by mqha and stays as it is. */
    public enum Risk {
        /** Acknowledged messages can be lost, or be damaged, or nobody can reach them. */
        MESSAGES,
        /** Messages are there and are delivered late, or more than once. */
        DELIVERY,
        /** A start can fail, or nobody serves for a while. */
        OUTAGE,
        /** Clients can use up what a broker has, and end it. */
        MEMORY,
        /** Something takes longer, or more of the processor. */
        SPEED
    }

    /** What is done to a class; one class may have several, of several patches. */
    public record Rewriting(Target target, UnaryOperator<byte[]> rewrite) {}

    /** A patch that rewrites nothing yet. */
    public static Patch of(String name, Risk risk, String without) {
        return new Patch(name, risk, without, List.of(), List.of());
    }

    /** The same, to be left out where one of these is. */
    public Patch needs(Patch... others) {
        return new Patch(name, risk, without, List.of(others), rewritings);
    }

    /** The same, which rewrites a class more. */
    public Patch rewrites(Target target, UnaryOperator<byte[]> rewrite) {
        List<Rewriting> all = Stream.concat(rewritings.stream(), Stream.of(new Rewriting(target, rewrite))).toList();
        return new Patch(name, risk, without, needed, all);
    }

    /** The same, which rewrites a class more that no other patch does. */
    public Patch rewrites(String className, String sha256, UnaryOperator<byte[]> rewrite) {
        return rewrites(new Target(className, sha256), rewrite);
    }

    /** The classes that it rewrites, each once. */
    List<Target> targets() {
        return rewritings.stream().map(Rewriting::target).distinct().toList();
    }

    @Override
    public String toString() {
        return name;
    }
}
