package dev.mqha.rig;

import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.command.Message;
import org.apache.activemq.command.MessageId;
import org.apache.activemq.store.MessageRecoveryListener;

/** What a store shows to a cursor that reads it: the numbers that the producer gave to its messages, in their order. */
public final class Shown implements MessageRecoveryListener {
    private final List<String> numbers = new ArrayList<>();

    /** Reads something of a store. */
    public interface Page {
        void read(MessageRecoveryListener listener) throws Exception;
    }

    private Shown() {}

    /** Returns what a page shows, with blanks in between. */
    public static String by(Page page) throws Exception {
        Shown shown = new Shown();
        page.read(shown);
        return String.join(" ", shown.numbers);
    }

    @Override
    public boolean recoverMessage(Message message) {
        return numbers.add(String.valueOf(message.getMessageId().getProducerSequenceId()));
    }

    @Override
    public boolean recoverMessageReference(MessageId id) {
        return false;
    }

    @Override
    public boolean hasSpace() {
        return true;
    }

    @Override
    public boolean isDuplicate(MessageId id) {
        return false;
    }
}
