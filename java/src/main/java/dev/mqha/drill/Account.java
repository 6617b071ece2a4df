package dev.mqha.drill;

import javax.jms.Connection;
import javax.jms.JMSException;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.RedeliveryPolicy;

/** Where the brokers are, and who the client is; user and password are null on an anonymous cluster. */
record Account(String url, String username, String password) {
    private static final int CLOSE_MS = 3000;
    private static final int KEEP_TRYING = RedeliveryPolicy.NO_MAXIMUM_REDELIVERIES;

    /**
     * A connection that shows what the broker does: an acknowledgement is answered before the client goes
     * on, and what comes twice is not held back by the client.
     *
     * @param clientId null where none is needed
     */
    Connection connect(String clientId, int prefetch) throws JMSException {
        ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(username, password, url);
        factory.setWatchTopicAdvisories(false);
        factory.setSendAcksAsync(false);
        factory.setAlwaysSyncSend(true);
        factory.setCheckForDuplicates(false);
        factory.setCloseTimeout(CLOSE_MS);
        factory.getPrefetchPolicy().setAll(prefetch);
        factory.getRedeliveryPolicy().setMaximumRedeliveries(KEEP_TRYING);
        factory.getRedeliveryPolicy().setInitialRedeliveryDelay(0);
        factory.setClientID(clientId);
        return factory.createConnection();
    }
}
