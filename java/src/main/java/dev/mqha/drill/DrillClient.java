package dev.mqha.drill;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mqha.launch.Tls;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.Map;

/**
 * The JMS clients of a drill, in one process that mqha starts and speaks with by lines of JSON: commands
 * on stdin, events on stdout.
 *
 * <p>Commands: {@code {"op":"open","url":…,"username":…,"password":…,"tls":…,"limitMs":…}} first; then {@code
 * {"op":"start","actor":…,"role":"produce|units|move|consume|remove",…}} and {@code {"op":"stop","actor":…}};
 * {@code {"op":"quit"}} at the end. An account is never in argv, where everybody can read it.
 *
 * <p>It ends when it is told to, when stdin ends (so also when mqha dies), when nobody reads its events,
 * and after {@code limitMs} in any case. Nothing is waited for then: a client that hangs in a broken
 * connection would keep the process alive.
 */
public final class DrillClient {
    private static final int USAGE = 64;

    private final Talk talk = new Talk(System.out);
    private final Map<String, Actor> actors = new HashMap<>();
    private Account account;

    private DrillClient() {}

    public static void main(String[] args) throws IOException {
        DrillClient client = new DrillClient();
        ObjectMapper json = new ObjectMapper();
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        client.talk.say("ready");
        for (String line; (line = in.readLine()) != null; ) {
            try {
                client.obey(json.readTree(line));
            } catch (IOException | GeneralSecurityException | RuntimeException failure) {
                // Not the line itself: it can hold a password.
                client.talk.say("refused", "reason", String.valueOf(failure.getClass()));
                Runtime.getRuntime().halt(USAGE);
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private void obey(JsonNode command) throws IOException, GeneralSecurityException {
        String op = command.path("op").asText();
        String name = command.path("actor").asText();
        switch (op) {
            case "open" -> open(command);
            case "start" -> start(name, command);
            case "stop" -> {
                Actor actor = actors.remove(name);
                if (actor == null) {
                    talk.say("ended", "actor", name);
                } else {
                    actor.stop();
                }
            }
            case "quit" -> Runtime.getRuntime().halt(0);
            default -> throw new IllegalArgumentException(op);
        }
    }

    private void open(JsonNode command) throws IOException, GeneralSecurityException {
        account = new Account(
                command.path("url").asText(),
                command.path("username").asText(null),
                command.path("password").asText(null),
                identityIn(command.path("tls")));
        long limitMs = command.path("limitMs").asLong();
        Thread limit = new Thread(
                () -> {
                    Actor.pause(limitMs);
                    Runtime.getRuntime().halt(USAGE);
                },
                "limit");
        limit.setDaemon(true);
        limit.start();
    }

    /** @param tls names of PEM files: {@code {"certificate":…,"key":…,"authority":…}}; null where nothing is encrypted */
    private static Account.Identity identityIn(JsonNode tls) throws IOException, GeneralSecurityException {
        if (!tls.isObject()) {
            return null;
        }
        return new Account.Identity(
                Tls.keyManagers(fileIn(tls, "certificate"), fileIn(tls, "key")),
                Tls.trustManagers(fileIn(tls, "authority")));
    }

    private static Path fileIn(JsonNode tls, String name) {
        return Path.of(tls.path(name).asText());
    }

    private void start(String name, JsonNode options) {
        if (account == null || actors.containsKey(name)) {
            throw new IllegalArgumentException(name);
        }
        Actor actor =
                switch (options.path("role").asText()) {
                    case "produce" -> new Producer(name, options, account, talk);
                    case "units" -> new Units(name, options, account, talk);
                    case "move" -> new Mover(name, options, account, talk);
                    case "consume" -> new Consumer(name, options, account, talk);
                    case "remove" -> new Remover(name, options, account, talk);
                    default -> throw new IllegalArgumentException(name);
                };
        actors.put(name, actor);
        actor.start();
    }
}
