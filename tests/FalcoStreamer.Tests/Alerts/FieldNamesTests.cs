using System.Text;
using FalcoStreamer.Alerts;
using FalcoStreamer.Tests.Support;

namespace FalcoStreamer.Tests.Alerts;

public sealed class FieldNamesTests
{
    [Fact]
    public void FindsInEveryRecordedAlertWhatAskingFindsToo()
    {
        var alerts = Recordings.GrpcAlerts().Concat(Recordings.HttpAlerts()).ToList();
        var known = alerts.SelectMany(alert => NamesOf(alert)).Distinct(StringComparer.Ordinal).Append("x").Append("proc.namf").ToList();
        var names = new FieldNames(known);
        var places = new int[names.Count];
        foreach (var alert in alerts)
        {
            alert.Locate(names, places);

            Assert.Equal(known.Select(name => alert.Field(name).ToStringOrNull()), places.Select(place => alert.FieldAt(place).ToStringOrNull()));
        }
    }

    [Fact]
    public void FindsANameThatIsWrittenWithEscapes()
    {
        var alert = FalcoAlert.FromJson(Encoding.UTF8.GetBytes(
            """{"rule":"r","time":"2025-01-01T10:00:00Z","priority":"Notice","output":"o","output_fields":{"proc.n\u0061me":"sh","proc.name":"later"}}"""));
        var places = new int[1];

        alert.Locate(new FieldNames(["proc.name"]), places);

        Assert.Equal("sh", alert.FieldAt(places[0]).ToString());
        Assert.Equal("sh", alert.Field("proc.name").ToString());
    }

    [Fact]
    public void FindsNothing_WhenThereIsNothingToFind()
    {
        Some.Alert().Locate(new FieldNames([]), []);

        Assert.Equal(-1, new FieldNames([]).NumberOf("a"u8));
    }

    private static List<string> NamesOf(FalcoAlert alert)
    {
        var names = new List<string>();
        foreach (var field in alert.Fields)
        {
            names.Add(field.Name.ToString());
        }

        return names;
    }
}
